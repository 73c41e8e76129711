"""Random returns of ordinary households for compare.py: dependents, Social Security, a business, tips, gifts.

`drawn` draws one, `places` says which lines are compared, `worked_out` hands on what engines take as a finished figure,
and `KINDS` says of each kind of difference why it is and who is right.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from niner.rules import LineName, Lines

Figures = dict[str, int | bool | None]
STATUSES = ("single", "married_joint", "married_separate", "head_of_household", "surviving_spouse")


def drawn(dice: random.Random) -> tuple[int, str, Figures]:
    """Year, filing status and figures in whole dollars. Who is counted is in dollars too, one for each."""
    year, status = dice.randint(2020, 2026), dice.choice(STATUSES)
    old, joint = dice.random() < 0.35, status == "married_joint"
    ordinary = dice.choice([0, 0, dice.randint(0, 9_000)])
    figures: Figures = {
        "wages": dice.choice([0, dice.randint(0, 30_000), dice.randint(0, 60_000), dice.randint(0, 300_000)]),
        "taxable_interest": dice.choice([0, 0, dice.randint(0, 9_000)]),
        "ordinary_dividends": ordinary,
        "qualified_dividends": dice.randint(0, ordinary),
        "line_11": dice.choice([0, dice.randint(-9_000, 20_000)]),
        "line_4": dice.choice([0, 0, dice.randint(-9_000, 9_000)]),
        "aged": old,
        "eic_age": not old or joint,
        "claim_earned_income_credit": True,
        "qualifying_children": dice.choice([0, 0, 1, 2, 3]),
        "other_dependents": dice.choice([0, 0, 0, 1]),
        "ira_taxable": dice.choice([0, dice.randint(0, 30_000)]),
        "pensions_taxable": dice.choice([0, 0, dice.randint(0, 60_000)]),
        "social_security": dice.choice([0, dice.randint(3_000, 45_000)]) if old else 0,
        "student_loan_interest_paid": dice.choice([0, 0, dice.randint(100, 3_500)]),
        "retirement_savings": dice.choice([0, 0, 0, dice.randint(100, 3_000)]),
    }
    paid = int(figures["wages"] or 0)
    figures |= {
        "social_security_withheld": round(min(paid, 137_700) * 0.062),
        "medicare_withheld": round(paid * 0.0145),
    }
    if status == "married_separate":  # as taxcalc takes every separate return
        figures["lived_apart"] = True
    if status in ("head_of_household", "surviving_spouse") and not figures["qualifying_children"]:
        figures["qualifying_children"] = 1
    if dice.random() < 0.3:
        figures |= {"self_employment_income": dice.randint(200, 120_000), "business_qualifies": True}
    if year == 2021 and figures["qualifying_children"]:
        young = dice.randint(0, int(figures["qualifying_children"]))
        figures |= {"children_under_6": young, "advance_child_tax_credit": 0}
    if year <= 2021 and dice.random() < 0.4:
        figures["cash_gifts"] = dice.randint(1, 800)
    if year >= 2025:
        wages = int(figures["wages"] or 0)
        figures |= {"tips": dice.choice([0, 0, dice.randint(0, min(wages, 30_000))])}
        figures |= {"overtime": dice.choice([0, 0, dice.randint(0, min(wages, 30_000))])}
        figures |= {"car_loan_interest": dice.choice([0, 0, dice.randint(0, 12_000)])}
    if "cash_gifts" not in figures and dice.random() < 0.2:
        figures |= {"deduction": dice.randint(36_000, 60_000), "taxes_deducted": dice.randint(0, 10_000)}
    return year, status, figures


def places(lines: Lines) -> dict[str, float]:
    """The figures that are compared, in dollars, by the names that engines.py gives them."""
    there = frozenset(lines.names)

    def dollars(form: str, line: str) -> float:
        return int(lines.value(form, line) or 0) / 100 if LineName(form, line) in there else 0

    child = dollars("f1040", "19") + dollars("f1040", "28")
    return {
        **{"agi": dollars("f1040", "agi"), "taxable": dollars("f1040", "15"), "tax": dollars("f1040", "16")},
        **{"amt": dollars("f6251", "11"), "niit": dollars("f8960", "17"), "children": child},
        **{"social security": dollars("f1040", "6b"), "self-employment tax": dollars("f1040sse", "12")},
        **{"qbi": dollars("f1040", "qbi_deduction"), "eic": dollars("f1040", "earned_income_credit")},
        **{"additional medicare": dollars("f8959", "18"), "student loan": dollars("student_loan_worksheet", "9")},
        **{"savers": dollars("f8880", "12"), "standard": dollars("f1040", "standard_deduction")},
        **{"tips": dollars("f1040s1a", "13"), "overtime": dollars("f1040s1a", "21")},
        **{"car loan": dollars("f1040s1a", "30"), "seniors": dollars("f1040s1a", "37"), "qbi open": is_open(lines)},
    }


def is_open(lines: Lines) -> bool:
    """Whether the deduction for business income is left open, above what Form 8995 is for."""
    return bool(lines.value("f8995", "open"))


def worked_out(ours: Mapping[str, float]) -> Figures:
    """What an engine takes as a finished figure where it has no worksheet for it."""
    return {"student_loan_worked_out": round(ours["student loan"]), "savers_worked_out": round(ours["savers"])}


@dataclass(frozen=True)
class Kind:
    """A kind of difference: of which figures, why, and when a difference is of this kind.

    `holds` gets the year, the filing status, the figures given, ours and theirs.
    """

    of: tuple[str, ...]
    why: str
    holds: Callable[[int, str, Figures, Mapping[str, float], Mapping[str, float]], bool]


def _gift(year: int, status: str, figures: Figures) -> float:
    given = int(figures.get("cash_gifts") or 0) if figures.get("deduction") is None else 0
    most = {(2021, "married_joint"): 600, (2020, "married_separate"): 150}.get((year, status), 300)
    return min(given, most)


_GIFTS = (
    "gifts without itemizing are part of its standard deduction; by IRC §62(a)(22) and line 10b they come off "
    "income in 2020, and in 2021 they have line 12b (ours is the form)"
)


_DEDUCTIONS = ("standard", "qbi", "tips", "overtime", "car loan", "seniors")
_FROM_TABLE = 7  # a row of the Tax Table is 50 dollars wide, its rate at most 24 %
_FROM_EIC_TABLE = 12  # a row of the EIC Table too, and its rate at most 45 %


def _follows(year: int, status: str, figures: Figures, ours: Mapping[str, float], theirs: Mapping[str, float]) -> bool:
    """Whether taxable income is another by just what income and deductions are."""
    moved = ours["agi"] - theirs["agi"]
    moved -= sum(ours[name] - theirs[name] for name in _DEDUCTIONS)
    moved -= _gift(year, status, figures) if year == 2021 else 0
    return abs(ours["taxable"] - theirs["taxable"]) <= abs(moved) + 1


KINDS: Mapping[str, tuple[Kind, ...]] = {
    "taxcalc": (
        Kind(
            ("tax",),
            "no Tax Table: the rates on the amount itself (IRC §3; ours is the table)",
            lambda y, s, f, o, t: abs(o["tax"] - t["tax"]) <= _FROM_TABLE and abs(o["taxable"] - t["taxable"]) <= 1,
        ),
        Kind(
            ("eic",),
            "no EIC Table: the rates on the amount itself (IRC §32(f); ours is the table)",
            lambda y, s, f, o, t: abs(o["eic"] - t["eic"]) <= _FROM_EIC_TABLE,
        ),
        Kind(("agi",), _GIFTS, lambda y, s, f, o, t: 0 < t["agi"] - o["agi"] <= 1.85 * _gift(y, s, f) + 1),
        Kind(("standard",), _GIFTS, lambda y, s, f, o, t: 0 < t["standard"] - o["standard"] <= _gift(y, s, f) + 1),
        Kind(
            ("social security",),
            _GIFTS,
            lambda y, s, f, o, t: 0 < t["social security"] - o["social security"] <= 0.85 * _gift(y, s, f) + 1,
        ),
        Kind(
            ("taxable", "tax", "eic", "children"),
            _GIFTS,
            lambda y, s, f, o, t: (
                0 < _gift(y, s, f) >= max(abs(o[name] - t[name]) for name in ("taxable", "tax", "eic", "children")) - 50
            ),
        ),
        Kind(("qbi",), _GIFTS, lambda y, s, f, o, t: abs(o["qbi"] - t["qbi"]) <= _gift(y, s, f)),
        Kind(
            ("standard",),
            "the addition for 65 of single persons and heads of household of 2023 is 1,800 there; Rev. Proc. "
            "2022-38 §3.15 "
            "has 1,850 (ours)",
            lambda y, s, f, o, t: y == 2023 and bool(f["aged"]) and o["standard"] - t["standard"] == 50,
        ),
        Kind(
            ("standard",),
            "a surviving spouse of 65 has the addition of an unmarried person there; IRC §63(f)(3) gives it to "
            "who is no "
            "surviving spouse (ours)",
            lambda y, s, f, o, t: s == "surviving_spouse" and bool(f["aged"]),
        ),
        Kind(
            ("car loan",),
            "a surviving spouse has the limit of a joint return there; IRC §163(h)(4)(C) and Schedule 1-A, line "
            "26, give it to "
            "a joint return alone (ours)",
            lambda y, s, f, o, t: s == "surviving_spouse",
        ),
        Kind(
            ("eic",),
            "every separate return may claim the credit there; by IRC §32(d)(2) only who has a qualifying child "
            "and lived apart (ours)",
            lambda y, s, f, o, t: s == "married_separate" and y >= 2021 and not f["qualifying_children"],
        ),
        Kind(
            ("qbi",),
            "above the income for Form 8995: not worked out here, told, and Form 1040 is not filled",
            lambda y, s, f, o, t: o["qbi open"] > 0,
        ),
        Kind(
            ("qbi",),
            "from 2026 at least 400 for who takes part in the business (IRC §199A(i)); the rules of 2026 are a "
            "draft and "
            "do not have it",
            lambda y, s, f, o, t: y == 2026 and t["qbi"] == 400,
        ),
        Kind(
            ("qbi",),
            "follows from taxable income, which limits it to 20 %",
            lambda y, s, f, o, t: (
                abs(o["qbi"] - t["qbi"]) <= abs(o["standard"] + o["car loan"] - t["standard"] - t["car loan"]) / 5 + 1
            ),
        ),
        Kind(
            ("children",),
            "a surviving spouse has the threshold of a joint return there, 400,000; by IRC §24(h)(3) it is "
            "200,000, and in 2021 the "
            "line 5 worksheet limits the first fall to 2,500 (ours)",
            lambda y, s, f, o, t: s == "surviving_spouse",
        ),
        Kind(
            ("children",),
            "the credit for other dependents is refundable there in 2021; by IRC §24(i)(1) only that for "
            "children is (ours)",
            lambda y, s, f, o, t: (
                y == 2021 and bool(f["other_dependents"]) and 0 < t["children"] - o["children"] <= 500
            ),
        ),
        Kind(
            ("children",),
            "follows from the tax, which limits it, or from the earned income credit, which lowers what is refunded",
            lambda y, s, f, o, t: (
                abs(o["children"] - t["children"]) <= abs(o["tax"] - t["tax"]) + abs(o["eic"] - t["eic"]) + 2
            ),
        ),
        Kind(
            ("taxable",),
            "a standard deduction where the tax comes to the same as with the itemized one",
            lambda y, s, f, o, t: f.get("deduction") is not None and o["tax"] == t["tax"] == 0,
        ),
        Kind(("taxable",), "follows from income and deductions", _follows),
        Kind(
            ("tax",),
            "follows from taxable income",
            lambda y, s, f, o, t: abs(o["tax"] - t["tax"]) <= 0.4 * abs(o["taxable"] - t["taxable"]) + _FROM_TABLE,
        ),
    ),
    "tenforty": (
        Kind(
            ("agi",),
            "student loan interest is deducted there on a separate return; IRC §221(e)(2) asks a joint one (ours)",
            lambda y, s, f, o, t: s == "married_separate" and bool(f["student_loan_interest_paid"]),
        ),
        Kind(
            ("seniors",),
            "the deduction for seniors of 2025 is given there at any age; by IRC §151(d)(5)(C)(ii) from 65 on (ours)",
            lambda y, s, f, o, t: y == 2025 and not f["aged"] and o["seniors"] == 0,
        ),
        Kind(
            ("car loan",),
            "none on a separate return there; IRC §163(h)(4) asks no joint return, and Schedule 1-A, Part IV, "
            "neither (ours, and "
            "taxcalc's)",
            lambda y, s, f, o, t: s == "married_separate" and t["car loan"] == 0,
        ),
        Kind(
            ("car loan",),
            "it falls there by more than 200 for each 1,000 above 100,000 that is begun, as IRC "
            "§163(h)(4)(C)(ii) has it (ours, and "
            "taxcalc's)",
            lambda y, s, f, o, t: o["agi"] > 100_000 and 0 < t["car loan"] + 1 < o["car loan"],
        ),
        Kind(
            ("tax",),
            "the tax of a head of household of 2024 is 64 dollars more there from the 32% bracket on (Rev. Proc. "
            "2023-34; ours)",
            lambda y, s, f, o, t: (y, s) == (2024, "head_of_household") and abs(t["tax"] - o["tax"] - 64) <= 1,
        ),
        Kind(("taxable",), "follows from income and deductions", _follows),
        Kind(
            ("tax",),
            "follows from taxable income",
            lambda y, s, f, o, t: (
                abs(o["taxable"] - t["taxable"]) > 1
                and abs(o["tax"] - t["tax"]) <= 0.4 * abs(o["taxable"] - t["taxable"]) + _FROM_TABLE
            ),
        ),
    ),
}


def kind(
    engine: str,
    year: int,
    status: str,
    figures: Figures,
    what: str,
    ours: Mapping[str, float],
    theirs: Mapping[str, float],
) -> str:
    """Why a figure of an engine is another, or nothing where no kind of difference holds."""
    theirs = {**ours, **theirs}  # what an engine does not tell is taken as ours
    for known in KINDS.get(engine, ()):
        if what in known.of and known.holds(year, status, figures, ours, theirs):
            return known.why
    return ""
