"""Niner's tax against an independent open engine: python tests/bench/compare.py [RETURNS] [SEED]

Needs `tenforty` (it wraps OpenTaxSolver), which is no dependency of Niner: install it beside Niner to run this. It
draws random returns, years 2020-2024 and all four statuses, and prints every difference over a dollar with its reason:

- net investment income tax is 0 in the other engine for 2020 to 2023;
- its 2024 tables have the head-of-household 32 % floor 64 dollars high and the joint 35 % ceiling one dollar high.
"""

import random
import sys
from collections import Counter

from niner.rules import WorksheetInputs, load_rules

STATUSES = {
    "single": "Single",
    "married_joint": "Married/Joint",
    "married_separate": "Married/Sep",
    "head_of_household": "Head_of_House",
}
NOTHING = dict.fromkeys(
    (
        *("other_income", "adjustments", "qbi_deduction", "schedule_1a_deduction", "nonrefundable_credits"),
        *("other_taxes", "withholding", "estimated_payments", "refundable_credits", "paid_with_extension"),
    ),
    0,
)


def ours(year: int, status: str, figures: dict[str, int]) -> dict[str, float]:
    case = {
        **NOTHING,
        "wages": figures["wages"] * 100,
        "taxable_interest": figures["interest"] * 100,
        "ordinary_dividends": figures["ordinary"] * 100,
        "qualified_dividends": figures["qualified"] * 100,
        "line_4": figures["short"] * 100,
        "line_11": figures["long"] * 100,
    }
    lines = load_rules(year).evaluate(WorksheetInputs(status, case, {}))
    return {
        "agi": int(lines.value("f1040", "agi") or 0) / 100,
        "taxable": int(lines.value("f1040", "15") or 0) / 100,
        "tax": int(lines.value("f1040", "16") or 0) / 100,
        "niit": int(lines.value("f8960", "17") or 0) / 100,
    }


def theirs(year: int, status: str, figures: dict[str, int]) -> dict[str, float]:
    import tenforty

    found = tenforty.evaluate_return(
        year=year,
        filing_status=STATUSES[status],
        w2_income=figures["wages"],
        taxable_interest=figures["interest"],
        ordinary_dividends=figures["ordinary"],
        qualified_dividends=figures["qualified"],
        short_term_capital_gains=figures["short"],
        long_term_capital_gains=figures["long"],
    )
    return {
        "agi": found.federal_adjusted_gross_income,
        "taxable": found.federal_taxable_income,
        "tax": found.federal_income_tax - found.federal_amt,
        "niit": found.federal_niit,
    }


def reason(year: int, status: str, what: str, mine: dict[str, float]) -> str:
    if what == "niit" and year < 2024:
        return "their net investment income tax is 0 before 2024"
    if year == 2024 and status == "head_of_household" and what == "tax" and mine["taxable"] > 191_950:
        return "their 2024 head-of-household 32 % floor"
    if year == 2024 and status == "married_joint" and what == "tax" and mine["taxable"] > 731_000:
        return "their 2024 joint 35 % ceiling"
    return ""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    dice = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    known: Counter[str] = Counter()
    unknown = agreed = 0
    for _ in range(count):
        year, status = dice.randint(2020, 2024), dice.choice(list(STATUSES))
        ordinary = dice.choice([0, 0, dice.randint(0, 20_000)])
        figures = {
            "wages": dice.choice([0, dice.randint(0, 90_000), dice.randint(0, 500_000)]),
            "interest": dice.choice([0, dice.randint(0, 5_000)]),
            "ordinary": ordinary,
            "qualified": dice.randint(0, ordinary),
            "short": dice.choice([0, dice.randint(-40_000, 60_000)]),
            "long": dice.choice([0, dice.randint(-60_000, 300_000)]),
        }
        mine, other = ours(year, status, figures), theirs(year, status, figures)
        for what, value in mine.items():
            if abs(value - other[what]) <= 1:
                agreed += 1
                continue
            why = reason(year, status, what, mine)
            known[why] += bool(why)
            if not why:
                unknown += 1
                print(f"{year} {status} {what}: {value:.2f} here, {other[what]:.2f} there: {figures}")
    print(f"{count} returns: {agreed} figures agree, {unknown} differ without a known reason")
    for why, times in sorted(known.items()):
        if why:
            print(f"  {times} differ: {why}")


if __name__ == "__main__":
    main()
