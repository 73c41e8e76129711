"""Random returns of ordinary households for compare.py, 2020 to 2025, and where the engines leave the law in them.

`drawn` draws one: dependents, Social Security, IRAs and pensions, a business, student loans, retirement savings,
Schedule A by its parts, Marketplace insurance, Schedule 1-A. `places` says which lines are compared, `worked_out` hands
on what engines take as a finished figure. `explained` works a return once more with all that an engine is known to do
otherwise, and a difference counts as explained only where Niner then comes to the engine's figure within a dollar.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from departures import NOTHING_AT_HOME, STATUSES, Departure, Figures, Return, function, line, lines, parameter, worked

from niner.rules import LineName, Lines

YEARS = range(2020, 2026)


def drawn(dice: random.Random) -> tuple[int, str, Figures]:
    """Year, filing status and figures in whole dollars. Who is counted is in dollars too, one for each."""
    year, status = dice.choice(YEARS), dice.choice(STATUSES)
    old, joint = dice.random() < 0.35, status == "married_joint"
    old_spouse = joint and dice.random() < (0.6 if old else 0.1)
    ordinary = dice.choice([0, 0, dice.randint(0, 9_000)])
    wages = dice.choice([0, dice.randint(0, 30_000), dice.randint(0, 60_000), dice.randint(0, 300_000)])
    children = dice.choice([0, 0, 1, 2, 3])
    if status in ("head_of_household", "surviving_spouse"):
        children = max(children, 1)
    figures: Figures = {
        "wages": wages,
        "taxable_interest": dice.choice([0, 0, dice.randint(0, 9_000)]),
        "ordinary_dividends": ordinary,
        "qualified_dividends": dice.randint(0, ordinary),
        "line_11": dice.choice([0, dice.randint(-9_000, 20_000)]),
        "line_4": dice.choice([0, 0, dice.randint(-9_000, 9_000)]),
        "aged": old,
        "spouse_aged": old_spouse,
        "eic_age": year == 2021 or not old or (joint and not old_spouse),
        "claim_earned_income_credit": True,
        "qualifying_children": children,
        "other_dependents": dice.choice([0, 0, 0, 1]),
        "ira_taxable": dice.choice([0, dice.randint(0, 30_000)]),
        "pensions_taxable": dice.choice([0, 0, dice.randint(0, 60_000)]),
        "social_security": dice.choice([0, dice.randint(3_000, 45_000)]) if old else 0,
        "student_loan_interest_paid": dice.choice([0, 0, dice.randint(100, 3_500)]),
        "social_security_withheld": round(min(wages, 137_700) * 0.062),
        "medicare_withheld": round(wages * 0.0145),
    }
    if status == "married_separate":  # as taxcalc takes every separate return
        figures["lived_apart"] = True
    if dice.random() < 0.3:
        figures |= {"self_employment_income": dice.randint(200, 120_000), "business_qualifies": True}
    if wages >= 10_000:
        figures |= _retirement(dice, old, joint)
    if figures.get("retirement_savings"):
        figures["savers_distributions"] = int(figures["ira_taxable"] or 0) + int(figures["pensions_taxable"] or 0)
    if year == 2021 and children:
        figures |= {"children_under_6": dice.randint(0, children), "advance_child_tax_credit": 0}
    if year >= 2025:
        figures |= {"tips": dice.choice([0, 0, dice.randint(0, min(wages, 30_000))])}
        figures |= {"overtime": dice.choice([0, 0, dice.randint(0, min(wages, 30_000))])}
        figures |= {"car_loan_interest": dice.choice([0, 0, dice.randint(0, 12_000)])}
    if status != "married_separate" and dice.random() < 0.2:
        premiums = dice.randint(200, 1_800) * 12
        figures |= {"marketplace_premiums": premiums, "silver_plan_premiums": premiums}
        figures |= {"advance_premium_credit": dice.choice([0, dice.randint(0, premiums // 12) * 12])}
        figures |= {"tax_family": 1 + joint + children + int(figures["other_dependents"] or 0)}
    return year, status, figures | _deductions(dice, year)


def _retirement(dice: random.Random, old: bool, joint: bool) -> Figures:
    """Contributions to a traditional IRA with and without a plan at work, or to a Roth IRA, for the saver's credit."""
    put = dice.choice([0, 0, dice.randint(100, 6_000), dice.randint(100, 3_000)])
    if not put or dice.random() < 0.3:
        return {"retirement_savings": put}
    covered: Figures = {"spouse_covered_by_plan": dice.random() < 0.3, "spouse_aged_50": False} if joint else {}
    return {
        **{"ira_contributions": put, "retirement_savings": put, "covered_by_plan": dice.random() < 0.7},
        **{"aged_50": old, **covered},
    }


def _deductions(dice: random.Random, year: int) -> Figures:
    """Schedule A by its parts, or gifts of somebody who takes the standard deduction."""
    if dice.random() < 0.35:
        figures: Figures = {
            "medical_expenses": dice.choice([0, dice.randint(0, 30_000)]),
            "state_income_taxes": dice.choice([0, dice.randint(0, 12_000), dice.randint(0, 60_000)]),
            "real_estate_taxes": dice.choice([0, dice.randint(0, 15_000)]),
            "mortgage_interest": dice.choice([0, dice.randint(0, 30_000)]),
        }
        if year <= 2021:  # what is chosen must be said where gifts count either way
            return {**figures, "mortgage_interest": dice.randint(33_000, 50_000), "itemized": True, **_gifts(dice)}
        return figures | _gifts(dice)
    return {"cash_gifts": dice.randint(1, 800)} if year <= 2021 and dice.random() < 0.4 else {}


def _gifts(dice: random.Random) -> Figures:
    """Gifts of cash and of property, some above the limits by income."""
    gave = dice.choice([0, dice.randint(0, 15_000), dice.randint(0, 60_000)])
    return {"cash_gifts": gave, "property_gifts": dice.choice([0, 0, dice.randint(0, 10_000)])}


def places(worked_lines: Lines) -> dict[str, float]:
    """The figures that are compared, in dollars, by the names that engines.py gives them."""
    there = frozenset(worked_lines.names)

    def dollars(form: str, number: str) -> float:
        name = LineName(form, number)
        return int(worked_lines.value(form, number) or 0) / 100 if name in there else 0

    child = dollars("f1040", "19") + dollars("f1040", "28")
    return {
        **{"agi": dollars("f1040", "agi"), "taxable": dollars("f1040", "15"), "tax": dollars("f1040", "16")},
        **{"amt": dollars("f6251", "11"), "niit": dollars("f8960", "17"), "children": child},
        **{"social security": dollars("f1040", "6b"), "self-employment tax": dollars("f1040sse", "12")},
        **{"qbi": dollars("f1040", "qbi_deduction"), "eic": dollars("f1040", "earned_income_credit")},
        **{"additional medicare": dollars("f8959", "18"), "student loan": dollars("student_loan_worksheet", "9")},
        **{"savers": dollars("f8880", "12"), "standard": dollars("f1040", "standard_deduction")},
        **{"ira": dollars("ira_worksheet", "deduction"), "premium credit": dollars("f8962", "24")},
        **{"medical": dollars("f1040sa", "4"), "state taxes": dollars("f1040sa", "5e")},
        **{"gifts": dollars("f1040sa", "14"), "schedule a": dollars("f1040sa", "17")},
        **{"tips": dollars("f1040s1a", "13"), "overtime": dollars("f1040s1a", "21")},
        **{"car loan": dollars("f1040s1a", "30"), "seniors": dollars("f1040s1a", "37")},
        "qbi open": float(bool(worked_lines.value("f8995", "open"))),
        "ira open": float(bool(worked_lines.value("ira_worksheet", "open"))),
    }


def worked_out(ours: Mapping[str, float]) -> Figures:
    """What an engine takes as a finished figure where it has no worksheet for it."""
    return {
        **{"student_loan_worked_out": ours["student loan"], "savers_worked_out": ours["savers"]},
        "ira_worked_out": ours["ira"],
    }


GAVE = ("cash_gifts", "property_gifts")
BENEATH = ("taxable", "tax", "amt", "children", "savers", "qbi")  # what follows from a deduction


def old_spouse_left(one: Return) -> bool:
    return one.status == "surviving_spouse" and bool(one.figures["aged"])


def separate(one: Return) -> bool:
    return one.status == "married_separate"


def surviving(one: Return) -> bool:
    return one.status == "surviving_spouse"


def gave_without_itemizing(one: Return) -> bool:
    return bool(one.figures.get("cash_gifts")) and "mortgage_interest" not in one.figures


def gave(one: Return) -> bool:
    return "mortgage_interest" in one.figures and any(one.figures.get(name) for name in GAVE)


NO_TABLE = Departure(
    "no Tax Table: the rates on the amount itself (IRC §1(j); the form asks for the table, §3)",
    of=("tax", "amt", "children", "savers"),
    rules={"tax_on": function("tax_on", "amount", "rate_schedule(amount)")},
)
NO_EIC_TABLE = Departure(
    "no EIC Table: the rates on the amount itself (the form asks for the table, IRC §32(f))",
    of=("eic", "children"),
    rules={
        f"eic_{count}": function(
            f"eic_{count}",
            "income",
            f"max(min(max(income, 0) * eic_rate_{count}, eic_most_{count})"
            f" - max(income - eic_falls_from_{count}, 0) * eic_fall_{count}, 0)",
        )
        for count in range(4)
    },
)
RATE_SCHEDULE = (
    "rate_10 * min(amount, bracket_10_to) + rate_12 * max(min(amount, bracket_12_to) - bracket_10_to, 0)"
    " + rate_22 * max(min(amount, bracket_22_to) - bracket_12_to, 0)"
    " + rate_24 * max(min(amount, bracket_24_to) - bracket_22_to, 0)"
    " + rate_32 * max(min(amount, bracket_32_to) - bracket_24_to, 0)"
    " + rate_35 * max(min(amount, bracket_35_to) - bracket_32_to, 0) + rate_37 * max(amount - bracket_35_to, 0)"
)


def of_status(amounts: Sequence[int]) -> str:
    """An amount for each filing status, as a formula."""
    *others, last = zip(amounts, STATUSES, strict=True)
    return " ".join([*(f"{amount} if filing_status == '{status}' else" for amount, status in others), str(last[0])])


def additions(
    year: int, amounts: tuple[int, int, int, int, int], why: str, when: Callable[[Return], bool] = old_spouse_left
) -> Departure:
    """Another addition to the standard deduction for 65."""
    changed = parameter("standard_deduction_addition", amounts)
    years = range(year, year + 1)
    return Departure(why, years=years, of=("standard", *BENEATH), when=when, rules={"addition": changed})


def standard_with_gifts(most: Sequence[int]) -> str:
    """The standard deduction with gifts of cash in it, up to an amount."""
    return line(
        "f1040",
        "standard_deduction",
        f"standard_deduction + Lage_and_blindness + min(case.cash_gifts, {of_status(most)})",
    )


ALL_OF_INCOME = {
    "11": "min(case.cash_gifts, max(max(f1040.Lagi, 0) - L12, 0))",
    "12": "min(case.property_gifts, max(f1040.Lagi, 0) * 0.3)",
}
THIRTY_PERCENT = {
    "11": "min(case.cash_gifts, max(max(f1040.Lagi, 0) * 0.6 - L12, 0))",
    "12": "min(case.property_gifts, max(f1040.Lagi, 0) * 0.3)",
}
SPOUSE_OF_65 = (
    "a surviving spouse of 65 has the addition of an unmarried person; IRC §63(f)(3) gives it to others alone"
)
EIC_APART = Departure(
    "every separate return may claim the earned income credit; by IRC §32(d)(2) only with a child and apart",
    of=("eic", "children"),
    when=lambda one: separate(one) and not one.figures["qualifying_children"],
    years=range(2021, 2026),
    rules={"eic": line("eic_worksheet", "11", "min(L7, L10)")},
)
CHILDREN_OF_SURVIVING = Departure(
    "a surviving spouse has the threshold of a joint return for the credits of dependents (IRC §24(h)(3): 200,000)",
    of=("children",),
    when=surviving,
    rules={"children": parameter("child_credit_falls_from", (200_000, 400_000, 200_000, 200_000, 400_000))},
)
SAME_TAX = Departure(
    "the standard deduction where the tax comes to the same",
    also=lambda one: {"itemized": False} if "mortgage_interest" in one.figures else {},
    where_tax_is_the_same=True,
)
EIC_OF_COUPLES = Departure(
    "the earned income credit of a couple without children of 2021 falls from 17,550; by the EIC Table of 2021,"
    " which ends at 27,380 for them, from 17,560",
    of=("eic", "children"),
    when=lambda one: one.status == "married_joint" and not one.figures["qualifying_children"],
    years=range(2021, 2022),
    rules={"eic_falls": parameter("eic_falls_from_0", (11_610, 17_550, 11_610, 11_610, 11_610))},
)
TAXCALC = (
    NO_TABLE,
    NO_EIC_TABLE,
    Departure(
        "gifts without itemizing raise the standard deduction; in 2020 they come off income (IRC §62(a)(22), line 10b)",
        when=gave_without_itemizing,
        years=range(2020, 2021),
        rules={
            "gifts": lines("f1040", {"10b": "0"}),
            "standard": standard_with_gifts([300, 300, 150, 300, 300]),
            "itemizing": line("itemizing", "without", "f1040.Lstandard_deduction"),
        },
    ),
    Departure(
        "gifts without itemizing raise the standard deduction; in 2021 they have line 12b beside it (IRC §170(p))",
        when=gave_without_itemizing,
        years=range(2021, 2022),
        rules={
            "gifts": lines("f1040", {"12b": "0"}),
            "standard": standard_with_gifts([300, 600, 300, 300, 300]),
            "itemizing": line("itemizing", "without", "f1040.Lstandard_deduction"),
        },
    ),
    Departure(
        "all of income is the limit of gifts of cash in 2020 and 2021, without the election (P.L. 116-136 §2205(a)(3))",
        of=("gifts", "schedule a", *BENEATH),
        when=gave,
        years=range(2020, 2022),
        rules={"gifts_limit": lines("f1040sa", ALL_OF_INCOME)},
    ),
    Departure(
        "gifts of property are limited to 30% of income, and with those of cash to 60%; by IRC §170(b)(1)(A) and Pub."
        " 526, Worksheet 2, it is half of income less the gifts of cash",
        of=("gifts", "schedule a", *BENEATH),
        when=gave,
        years=range(2022, 2026),
        rules={"gifts_limit": lines("f1040sa", THIRTY_PERCENT)},
    ),
    additions(2022, (1750, 1400, 1400, 1750, 1750), SPOUSE_OF_65),
    additions(
        2023,
        (1800, 1500, 1500, 1800, 1800),
        "the addition for 65 of unmarried persons of 2023 is 1,800, of a surviving spouse too; Rev. Proc. 2022-38 §3.15"
        " has 1,850, and 1,500 for a surviving spouse",
        lambda one: bool(one.figures["aged"]) and not one.status.startswith("married"),
    ),
    additions(2024, (1950, 1550, 1550, 1950, 1950), SPOUSE_OF_65),
    Departure(
        "37% of a separate return of 2023 starts where that of a single one does (Rev. Proc. 2022-38: 346,875)",
        of=("tax", "amt", "children", "savers"),
        when=separate,
        years=range(2023, 2024),
        rules={"brackets": parameter("bracket_35_to", (578_125, 693_750, 578_125, 578_100, 693_750))},
    ),
    Departure(
        "a surviving spouse has the threshold of a joint return for car loan interest; IRC §163(h)(4)(C)(ii) and"
        " Schedule 1-A, line 26, give it to a joint return alone",
        of=("car loan", *BENEATH),
        when=surviving,
        years=range(2025, 2026),
        rules={"car": parameter("car_loan_falls_from", (100_000, 200_000, 100_000, 100_000, 200_000))},
    ),
    EIC_APART,
    EIC_OF_COUPLES,
    CHILDREN_OF_SURVIVING,
    Departure(
        "in 2021 the increase falls without the limit of the Line 5 Worksheet, line 6 (IRC §24(i)(4)(C))",
        of=("children",),
        years=range(2021, 2022),
        rules={"increase": line("child_credit_line_5", "7", "L5")},
    ),
    Departure(
        "the credit for other dependents is refundable in 2021; by IRC §24(i)(1) only that for children is",
        of=("children",),
        when=lambda one: bool(one.figures["other_dependents"]),
        years=range(2021, 2022),
        rules={"others": line("f1040s8812", "14d", "L14a")},
    ),
    Departure(
        "no premium tax credit: advance payments that are repaid are no part of the tax which credits may take",
        of=("children", "savers"),
        when=lambda one: bool(one.figures.get("advance_premium_credit")),
        unsaid=("marketplace_premiums", "silver_plan_premiums", "advance_premium_credit"),
    ),
    Departure(
        "the saver's credit is handed over as a figure, which the tax by the Tax Table limits",
        of=("children",),
        when=lambda one: bool(one.figures.get("retirement_savings")),
        also=lambda one: {"savers_credit": one.figures["savers_worked_out"]},
    ),
    SAME_TAX,
)
TENFORTY = (
    Departure(
        "student loan interest is deducted on a separate return; IRC §221(e)(2) asks a joint one",
        when=separate,
        rules={"loan": line("student_loan_worksheet", "9", "L1 - L8")},
    ),
    Departure(
        "no interest on car loans on a separate return; IRC §163(h)(4) and Schedule 1-A, Part IV, ask no joint one",
        of=("car loan", *BENEATH),
        when=separate,
        years=range(2025, 2026),
        rules={"car": line("f1040s1a", "30", "0 if filing_status == 'married_separate' else max(L24 - L29, 0)")},
    ),
    Departure(
        "interest on car loans falls by 300 for each whole 1,000; by Schedule 1-A, line 29, by 200 for each begun",
        of=("car loan", *BENEATH),
        when=lambda one: bool(one.figures.get("car_loan_interest")),
        years=range(2025, 2026),
        rules={"fall": lines("f1040s1a", {"28": "floor(L27, 1000) / 1000", "29": "L28 * 300"})},
    ),
    Departure(
        "no limit of gifts by income (IRC §170(b))",
        of=("gifts", "schedule a", *BENEATH),
        when=gave,
        years=range(2020, 2025),
        rules={"gifts": lines("f1040sa", {"11": "case.cash_gifts", "12": "case.property_gifts"})},
    ),
    Departure(
        "no lines for gifts in 2021",
        of=("gifts", "schedule a", *BENEATH),
        when=gave,
        years=range(2021, 2022),
        without=("cash_gifts", "property_gifts"),
    ),
    Departure(
        "gifts of property are limited to 30% of income, whatever there is of cash, and both to income below zero"
        " (Pub. 526: half of income less the cash, and never below zero)",
        of=("gifts", "schedule a", *BENEATH),
        when=gave,
        years=range(2025, 2026),
        rules={
            "gifts": lines(
                "f1040sa",
                {
                    "11": "min(case.cash_gifts, f1040.Lagi * 0.6)",
                    "12": "min(case.property_gifts, f1040.Lagi * 0.3)",
                },
            )
        },
    ),
    Departure(
        "income below zero adds to medical expenses; by IRC §213(a) and Schedule A, line 3, there is no floor then",
        of=("medical", "schedule a", *BENEATH),
        when=lambda one: "mortgage_interest" in one.figures,
        rules={"medical": line("f1040sa", "4", "max(case.medical_expenses - f1040.Lagi * medical_floor, 0)")},
    ),
    Departure(
        "the tax of a head of household of 2024 is 64 dollars more from the 32% bracket on (Rev. Proc. 2023-34)",
        of=("tax",),
        when=lambda one: one.status == "head_of_household",
        years=range(2024, 2025),
        rules={
            "rates": function(
                "rate_schedule",
                "amount",
                f"{RATE_SCHEDULE} + (64 if filing_status == 'head_of_household' and amount > bracket_24_to else 0)",
            )
        },
    ),
)
POLICYENGINE = (
    NO_TABLE,
    NO_EIC_TABLE,
    Departure(
        "state and local taxes are at most adjusted gross income; IRC §164 has no such limit",
        of=("state taxes", "schedule a", *BENEATH),
        when=lambda one: "mortgage_interest" in one.figures,
        rules={"taxes": line("f1040sa", "5e", "min(L5d, max(f1040.Lagi, 0), f6251.Lstate_taxes_most)")},
    ),
    Departure(
        "pensions don't lower what counts for the saver's credit; by IRC §25B(d)(2)(A) those of a qualified plan do",
        of=("savers", "children"),
        when=lambda one: bool(one.figures.get("savers_distributions")),
        also=lambda one: {"savers_distributions": one.figures["ira_taxable"]},
    ),
    Departure(
        "gifts without itemizing lower income by 300 on a separate return of 2020; Form 1040 instructions (2020), line"
        " 10b, have 150",
        years=range(2020, 2021),
        when=lambda one: separate(one) and gave_without_itemizing(one),
        rules={"gifts": parameter("gifts_most", (300, 300, 300, 300, 300))},
    ),
    Departure(
        "all of income is the limit of gifts of cash in 2020 and 2021, without the election (P.L. 116-136 §2205(a)(3))",
        years=range(2020, 2022),
        of=("gifts", "schedule a", *BENEATH),
        when=gave,
        also=lambda one: {"cash_gifts_up_to_income": True},
    ),
    Departure(
        "the share of income of Form 8962, line 7, and line 8a are not rounded",
        of=("premium credit",),
        rules={"8a": line("f8962", "8a", "L3 * required_share(L5) / 100")},
    ),
    Departure(
        "no premium tax credit below the poverty line; after advance payments there is (Treas. Reg. §1.36B-2(b)(6))",
        of=("premium credit",),
        rules={"24": line("f8962", "24", "L11.e if L5 >= 100 else 0")},
    ),
    Departure(
        "advance payments that are repaid are no part of the tax which credits may take",
        years=range(2021, 2026),
        of=("children", "savers"),
        when=lambda one: bool(one.figures.get("advance_premium_credit")),
        rules={"29": line("f8962", "29", "0")},
    ),
    Departure(
        "and so the limit of the Line 5 Worksheet, line 6, is 12,500 for a surviving spouse (IRC §24(i)(4)(C): 2,500)",
        years=range(2021, 2022),
        of=("children",),
        when=surviving,
        rules={"increase": parameter("child_credit_2021_fall_most", (6_250, 12_500, 6_250, 4_375, 12_500))},
    ),
    EIC_APART,
    EIC_OF_COUPLES,
    CHILDREN_OF_SURVIVING,
    SAME_TAX,
)
DEPARTURES: Mapping[str, Sequence[Departure]] = {
    "taxcalc": TAXCALC,
    "tenforty": TENFORTY,
    "policyengine": POLICYENGINE,
}


def explained(
    one: Return,
    unlike: Sequence[str],
    theirs: Mapping[str, float],
    near: Mapping[str, float],
    known: Sequence[Departure],
    room: Path,
) -> dict[str, list[str]]:
    """For each figure that differs the departures, none where they don't lead to the engine's figure."""
    found: dict[str, list[str]] = {what: [] for what in unlike}
    always = tuple(each for each in known if not each.where_tax_is_the_same)
    for tried in (always, tuple(known)):
        there = places(worked(one, tried, room, NOTHING_AT_HOME))
        if tried is not always and abs(there["tax"] + there["amt"] - theirs["tax"] - theirs["amt"]) > near["tax"]:
            break
        for what in unlike:
            if not found[what] and abs(there[what] - theirs[what]) <= near[what]:
                why = [each.why for each in tried if each.when(one) and (not each.of or what in each.of)]
                found[what] = why or [each.why for each in tried if each.when(one)]
        if all(found.values()) or tried == tuple(known):
            break
    return found
