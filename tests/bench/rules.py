"""Classifies N random dispositions and prints the time; with --check, compares each with the reference evaluator.

    python tests/bench/rules.py [N] [--year Y] [--check] [--seed S]

Reading (making) the facts is timed apart. Every disposition gets its basis, holding date, term, box, code and line.
"""

import argparse
import random
import resource
import time
from collections.abc import Mapping

from niner.rules import FactValue, YearRules, load_rules
from niner.rules.deciding.grouping import conclude_one, reference_holding


def dispositions(count: int, year: int, seed: int) -> list[Mapping[str, FactValue]]:
    """Random dispositions as the returns room supplies them; gifts carry their results, others none."""
    draw = random.Random(seed)
    found: list[Mapping[str, FactValue]] = []
    for _ in range(count):
        acquired_by = draw.choice(("purchase", "purchase", "trade", "income", "gift", "inheritance", "opening"))
        gift = acquired_by == "gift"
        form = draw.choice(("none", "1099-B", "1099-DA") if year >= 2025 else ("none", "1099-B"))
        past = draw.randint(-360, 2000)
        found.append(
            {
                "tax_year": year,
                "kind": draw.choice(("sell", "trade", "spend", "fee")),
                "acquired_by": acquired_by,
                "form": form,
                "basis_reported": form != "none" and draw.random() < 0.5,
                "digital_asset": draw.random() < 0.9,
                "asset": "ETH",
                "asset_class": draw.choice(("digital_asset", "stablecoin", "nft", "security")),
                "collectible": draw.choice(("yes", "no", "not_said")),
                "loss": draw.choice((0, 12345)),
                "loss_rebought": draw.random() < 0.1,
                "direct_totals_elected": draw.random() < 0.2,
                "form_basis": "not_known" if form == "none" else draw.choice(["not_known", "right", "wrong"]),
                "received_nothing": draw.random() < 0.02,
                "proceeds": draw.randint(-100, 10**7),
                "has_adjustment": draw.random() < 0.1,
                "gift_result_on_donor_basis": draw.choice(("gain", "loss", "none")) if gift else "not_a_gift",
                "gift_result_on_fmv": draw.choice(("gain", "loss", "none")) if gift else "not_a_gift",
                "gift_fmv_below_donor_basis": gift and draw.random() < 0.5,
                "donor_basis_documented": draw.random() < 0.9,
                "days_past_anniversary": past,
                "acquired_on_month_end": draw.random() < 0.05,
                "days_past_month_end": past - draw.randint(0, 30),
            }
        )
    return found


def differences(rules: YearRules, facts: list[Mapping[str, FactValue]], sample: list[Mapping[str, object]]) -> int:
    """How many facts come out otherwise when each is decided on its own by the reference evaluator."""
    remarks = rules.compiled.remarks
    chain = [d for name, d in rules.compiled.decisions.items() if d.about == "disposition" and name not in remarks]
    wrong = 0
    for fact, found in zip(facts, sample, strict=True):
        known = dict(fact)
        for decision in chain:
            [held] = reference_holding(decision, [known])
            conclusion = conclude_one(decision, held, known)
            known[decision.name] = conclusion.value
            wrong += conclusion != found[decision.name]
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--year", type=int, default=2025)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="compare every fact with the reference evaluator")
    chosen = parser.parse_args()
    start = time.perf_counter()
    facts = dispositions(chosen.count, chosen.year, chosen.seed)
    made = time.perf_counter()
    rules = load_rules(chosen.year)
    loaded = time.perf_counter()
    concluded = rules.conclude("disposition", facts)
    done = time.perf_counter()
    groups = len({id(conclusions) for conclusions in concluded})
    print(f"{chosen.count:,} dispositions of {chosen.year}, seed {chosen.seed}: made in {made - start:.2f} s")
    print(f"rules loaded and checked in {loaded - made:.2f} s")
    print(f"classified in {done - loaded:.2f} s ({groups:,} groups, {len(concluded[0])} decisions each)")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB, facts included")
    if chosen.check:
        wrong = differences(rules, facts, list(concluded))
        print(f"{wrong} differences from the reference evaluator")
        raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
