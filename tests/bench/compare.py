"""Niner's tax against open engines: python tests/bench/compare.py [--returns N] [--seed N] [--engine-python PATH]

    python3 -m venv engines && engines/bin/pip install taxcalc==6.8.0 tenforty==2025.12   # tenforty has wheels for 3.11
    python3 -m venv heavy && heavy/bin/pip install policyengine-us==2.68.0                # a Python of its own
    python tests/bench/compare.py --returns 1000 --engine-python engines/bin/python
    python tests/bench/compare.py --households --returns 1000 --engine-python engines/bin/python
    python tests/bench/compare.py --households --engine policyengine --returns 1000 --engine-python heavy/bin/python

With `--households` the returns are those of ordinary people, 2020 to 2025 (households.py): dependents and credits, the
earned income credit, Social Security, IRAs and pensions, a student loan, a business, Schedule A by its parts, the
saver's credit, Marketplace insurance, Schedule 1-A. docs/compared.md has what was measured.

Otherwise it draws random returns of 2020 to 2026 (AMT, Form 8960, 25% and 28% gains, every status). Each is worked
through Niner's rules and through policyengine-us, taxcalc and tenforty (OpenTaxSolver), none of which Niner depends on:
they are run in the Python given, and an engine that is not installed there is left out. A difference is put down to a
known departure of the engine (departures.py) only where Niner, worked once more with the departures in place of the
law, comes to the engine's figure. What is left is printed with its inputs as unexplained.

- A figure agrees within a dollar, or within what an engine's single-precision numbers hold.
- An engine without the Tax Table taxes what is below 100,000 dollars exactly: a row is 50 dollars wide and its rate at
  most 24%, so the table may be 6 dollars and the rounding away. Such figures are counted on their own.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from itertools import chain, combinations
from pathlib import Path

import households
from departures import (
    NOTHING_AT_HOME,
    STANDARD_AT_MOST,
    STATUSES,
    TABLE,
    Departure,
    Figures,
    Return,
    line,
    parameter,
    worked,
)

from niner.rules import Lines

NO_LINES_9 = Departure(
    "no investment interest or state tax on Form 8960, lines 9a and 9b",
    without=("investment_interest", "investment_state_tax"),
)
ADDED_AS_IN_2023 = (
    "L4.before + (min(amt_phase_out_rate * max(L4.before - 831150, 0), 63250)"
    " if filing_status == 'married_separate' else 0)"
)
ADDED_FROM_600_LESS = (
    "L4.before + (min(amt_phase_out_rate * (L4.before - 752200), amt_exemption)"
    " if filing_status == 'married_separate' and L4.before > 752800 else 0)"
)
DEPARTURES = {
    "taxcalc": (
        Departure(
            "Schedule D Tax Worksheet of before 2018, without the line for the top of the 24% bracket",
            rules={"sdtw": line("sdtw", "19", "min(L1, gains_0_percent_to)")},
        ),
        Departure(
            "no addition to line 4 of Form 6251 on a separate return",
            status="married_separate",
            rules={"f6251": line("f6251", "4", "L4.before")},
        ),
        Departure(
            "37% of a separate return of 2023 starts where that of a single one does",
            years=range(2023, 2024),
            status="married_separate",
            rules={"brackets": parameter("bracket_35_to", (578_125, 693_750, 578_125, 578_100, 693_750))},
        ),
        NO_LINES_9,
        Departure(
            "standard deduction where the tax comes to the same",
            unsaid=("deduction", "taxes_deducted", "investment_interest", "investment_state_tax"),
            where_tax_is_the_same=True,
        ),
    ),
    "tenforty": (
        Departure(
            "the addition to line 4 of Form 6251 on a separate return of 2024 starts and stops where that of 2023 did",
            years=range(2024, 2025),
            status="married_separate",
            rules={"f6251": line("f6251", "4", ADDED_AS_IN_2023)},
        ),
        Departure(
            "the addition to line 4 of Form 6251 on a separate return of 2021 is taken from 752,200, not from 752,800",
            years=range(2021, 2022),
            status="married_separate",
            rules={"f6251": line("f6251", "4", ADDED_FROM_600_LESS)},
        ),
        Departure(
            "the tax of a head of household of 2024 is 64 dollars more from the 32% bracket on",
            years=range(2024, 2025),
            status="head_of_household",
            tax_more=64,
        ),
        Departure(
            "35% of a joint return of 2024 ends a dollar late",
            years=range(2024, 2025),
            rules={"brackets": parameter("bracket_35_to", (609_350, 731_201, 365_600, 609_350, 731_201))},
        ),
    ),
    "policyengine": (NO_LINES_9,),
}


def compared(lines: Lines) -> dict[str, float]:
    places = {
        "agi": ("f1040", "agi"),
        "taxable": ("f1040", "15"),
        "tax": ("f1040", "16"),
        "amt": ("f6251", "11"),
        "niit": ("f8960", "17"),
    }
    return {name: int(lines.value(*place) or 0) / 100 for name, place in places.items()}


def drawn(dice: random.Random) -> Return:
    """Wages, interest, dividends, gains with 25% and 28% parts, rent, and deductions with taxes in them."""
    year, status = dice.randint(2020, 2026), dice.choice(STATUSES)
    big = dice.choice([100_000, 400_000, 1_200_000, 3_000_000])
    long = dice.choice([0, dice.randint(-50_000, 50_000), dice.randint(0, big), dice.randint(0, big)])
    ordinary = dice.choice([0, 0, dice.randint(0, 200_000)])
    rent = dice.choice([0, 0, dice.randint(0, 150_000)])
    figures: Figures = {
        "wages": dice.choice([0, dice.randint(0, 150_000), dice.randint(0, 900_000)]),
        "taxable_interest": dice.choice([0, dice.randint(0, 400_000)]),
        "ordinary_dividends": ordinary,
        "qualified_dividends": dice.randint(0, ordinary),
        "line_4": dice.choice([0, 0, dice.randint(-80_000, 150_000)]),
        "line_11": long,
        "other_income": rent,
        "rental_and_passive_income": rent,
    }
    if long > 0 and dice.random() < 0.5:
        figures["line_19"] = dice.choice([0, dice.randint(0, long), long])
        figures["line_18"] = dice.choice([0, dice.randint(0, long - int(figures["line_19"] or 0))])
    if dice.random() < 0.4:
        deduction = dice.randint(STANDARD_AT_MOST, 140_000)
        taxes = dice.randint(0, 40_000 if deduction > 40_000 else deduction)
        figures |= {"deduction": deduction, "taxes_deducted": taxes}
        figures["investment_state_tax"] = dice.choice([0, dice.randint(0, taxes)])
        figures["investment_interest"] = dice.choice([0, dice.randint(0, deduction - taxes)])
    return Return(year, status, figures)


def at_home(engine: str, python: str, number: int, seed: int, room: Path) -> None:
    """Prints the same of returns of households, and by which departures Niner comes to a figure that differs."""
    dice = random.Random(seed)
    returns = [Return(*households.drawn(dice)) for _ in range(number)]
    ours = [households.places(worked(one, (), room, NOTHING_AT_HOME)) for one in returns]
    sent = [
        Return(one.year, one.status, {**one.figures, **households.worked_out(here)})
        for one, here in zip(returns, ours, strict=True)
    ]
    name, found = asked(engine, python, sent, household=True)
    if not name:
        print(f"{engine}: not installed in {python}, left out.")
        return
    count = agree = moved = left_open = unexplained = 0
    why: dict[str, Counter[str]] = {}
    for given, here, theirs in zip(sent, ours, found, strict=True):
        if theirs is None:
            continue
        count += 1
        for what, figure in (("qbi", "qbi_deduction"), ("ira", "ira_deduction")):
            if here[f"{what} open"] and what in theirs:  # told by a finding, and Form 1040 is not filled
                left_open += 1
                given = Return(given.year, given.status, {**given.figures, figure: theirs.pop(what)})
                here = households.places(worked(given, (), room, NOTHING_AT_HOME))
        near = {what: 1 + abs(value) * (2e-7 if engine == "policyengine" else 0) for what, value in theirs.items()}
        unlike = [what for what, value in theirs.items() if abs(here[what] - value) > near[what]]
        agree += len(theirs) - len(unlike)
        if not unlike:
            continue
        known = [each for each in households.DEPARTURES[engine] if given.year in each.years]
        for what, causes in households.explained(given, unlike, theirs, near, known, room).items():
            if causes:
                moved += 1
                for cause in causes:
                    why.setdefault(cause, Counter())[what] += 1
            else:
                unexplained += 1
                said = {figure: value for figure, value in given.figures.items() if value}
                print(f"  unexplained {what}: {here[what]:.2f} here, {theirs[what]:.2f} there:")
                print(f"    {given.year} {given.status} {said}")
    print(
        f"{name}: {count} households of {number}, {agree + moved + unexplained} figures compared, {agree} agree,"
        f" {moved + unexplained} differ, {unexplained} of them unexplained; {left_open} deductions for business"
        " income or an IRA are left open here"
    )
    for cause, figures in sorted(why.items(), key=lambda each: -each[1].total()):
        print(f"  {cause}\n    {', '.join(f'{what} {times}' for what, times in figures.most_common())}")


def asked(
    engine: str, python: str, returns: list[Return], household: bool = False
) -> tuple[str, list[dict[str, float] | None]]:
    """The engine with its version, "" where it is not installed, and its figures for each return."""
    sent = [{"year": one.year, "status": one.status, "figures": one.figures, "household": household} for one in returns]
    command = [python, str(Path(__file__).with_name("engines.py")), engine]
    try:
        done = subprocess.run(command, input=json.dumps(sent), capture_output=True, text=True, check=False)
    except OSError as error:
        raise SystemExit(f"{python} can't be run ({error.strerror}): name a Python with --engine-python.") from None
    if done.returncode:
        raise SystemExit(f"{engine} stopped:\n{done.stderr[-2000:]}")
    answer = json.loads(done.stdout.splitlines()[-1])
    return answer.get("engine", ""), answer.get("figures", [])


def same_tax(ours: dict[str, float], there: dict[str, float], near: float) -> bool:
    """Whether the tax with the alternative minimum tax is the same, as an engine that takes the lower one sees it."""
    return abs(ours["tax"] + ours["amt"] - there["tax"] - there["amt"]) <= near


def reason(
    engine: str, one: Return, what: str, theirs: dict[str, float], ours: dict[str, float], room: Path, near: float
) -> str:
    """The departure of the engine that accounts for a difference, or nothing. `near`: dollars that may be left."""
    if what == "amt" and theirs["amt"] > 0 < ours["amt"]:
        total = ours["tax"] + ours["amt"] - theirs["tax"] - theirs["amt"]
        if abs(total) <= near:  # the tax of Form 6251 is the same; what is due over the regular tax follows
            return "follows from the regular tax"
    known = [
        departure
        for departure in DEPARTURES[engine]
        if one.year in departure.years and departure.status in ("", one.status)
    ]
    several = chain.from_iterable(combinations(known, count) for count in range(1, len(known) + 1))
    for tried in several:
        there = compared(worked(one, tried, room))
        others = tuple(departure for departure in tried if not departure.where_tax_is_the_same)
        if len(others) < len(tried) and not same_tax(compared(worked(one, others, room)), there, near):
            continue
        there["tax"] += sum(departure.tax_more for departure in tried)
        if abs(there[what] - theirs[what]) <= near:
            return "; with it, ".join(departure.why for departure in tried)
    return ""


def measure(engine: str, python: str, returns: list[Return], by_rules: list[Lines], room: Path) -> None:
    """Prints what of the returns an engine and the law's own lines agree on, and why not in the rest."""
    name, found = asked(engine, python, returns)
    if not name:
        print(f"{engine}: not installed in {python}, left out.")
        return
    count = agree = table = unexplained = 0
    why: Counter[str] = Counter()
    for one, lines, theirs in zip(returns, by_rules, found, strict=True):
        if theirs is None:
            continue
        count += 1
        ours = compared(lines)
        gains = max(min(int(lines.value("f1040sd", n) or 0) for n in ("15", "16")), 0) / 100
        ordinary = ours["taxable"] - gains - int(one.figures["qualified_dividends"] or 0)
        exact = 1 + max(theirs.values()) * (2e-7 if engine == "policyengine" else 0)
        for what, value in theirs.items():
            near = TABLE if engine != "tenforty" and what in ("tax", "amt") and ordinary < 100_000 else exact
            if abs(ours[what] - value) <= exact:
                agree += 1
            elif abs(ours[what] - value) <= near:
                table += 1
            elif cause := reason(engine, one, what, theirs, ours, room, near):
                why[f"{what}: {cause}"] += 1
            else:
                unexplained += 1
                print(f"  unexplained {what}: {ours[what]:.2f} here, {value:.2f} there: {one}")
    known = sum(why.values())
    print(
        f"{name}: {count} returns of {len(returns)}, {agree + table + known + unexplained} figures compared, {agree}"
        f" agree, {table} agree but for the Tax Table, {known + unexplained} differ, {unexplained} of them unexplained"
    )
    for cause, times in why.most_common():
        print(f"  {times} {cause}")


def main() -> None:
    options = argparse.ArgumentParser(description="Niner's tax against open engines.")
    options.add_argument("--returns", type=int, default=300, help="random returns for each engine")
    options.add_argument("--seed", type=int, default=1, help="the same seed draws the same returns")
    options.add_argument("--engine-python", default=sys.executable, help="the Python the engines are installed in")
    options.add_argument("--engine", choices=sorted(DEPARTURES), action="append", help="only this one; may be repeated")
    options.add_argument("--households", action="store_true", help="returns of ordinary households instead")
    given = options.parse_args()
    dice = random.Random(given.seed)
    returns = [drawn(dice) for _ in range(given.returns)]
    with tempfile.TemporaryDirectory() as room:
        if given.households:
            for engine in given.engine or DEPARTURES:
                at_home(engine, given.engine_python, given.returns, given.seed, Path(room))
            return
        by_rules = [worked(one, (), Path(room)) for one in returns]
        for engine in given.engine or DEPARTURES:
            measure(engine, given.engine_python, returns, by_rules, Path(room))


if __name__ == "__main__":
    main()
