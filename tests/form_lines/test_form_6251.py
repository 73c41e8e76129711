"""Form 6251 against a reference of its own: IRC §55(b) to (d) and §1(h), in Fractions, with the law's own figures."""

import random
from fractions import Fraction
from functools import cache

import pytest

from niner.rules import Lines, WorksheetInputs, YearRules, load_rules

# IRC §55(d) and (b) as each year's Form 6251 prints them, lines 5 and 7: exemption and start of the phase-out for
# single, joint and separate returns, and where 28% starts (half of it on a separate return).
LAW = {
    2020: ((72_900, 518_400), (113_400, 1_036_800), (56_700, 518_400), 197_900),
    2021: ((73_600, 523_600), (114_600, 1_047_200), (57_300, 523_600), 199_900),
    2022: ((75_900, 539_900), (118_100, 1_079_800), (59_050, 539_900), 206_100),
    2023: ((81_300, 578_150), (126_500, 1_156_300), (63_250, 578_150), 220_700),
    2024: ((85_700, 609_350), (133_300, 1_218_700), (66_650, 609_350), 232_600),
    2025: ((88_100, 626_350), (137_000, 1_252_700), (68_500, 626_350), 239_100),
    2026: ((90_100, 500_000), (140_200, 1_000_000), (70_100, 500_000), 244_500),
}
# IRC §1(h)(1)(B) and (C), Form 6251 lines 19 and 25: single, joint, separate, head of household.
CEILINGS = {
    2020: ((40_000, 441_450), (80_000, 496_600), (40_000, 248_300), (53_600, 469_050)),
    2021: ((40_400, 445_850), (80_800, 501_600), (40_400, 250_800), (54_100, 473_750)),
    2022: ((41_675, 459_750), (83_350, 517_200), (41_675, 258_600), (55_800, 488_500)),
    2023: ((44_625, 492_300), (89_250, 553_850), (44_625, 276_900), (59_750, 523_050)),
    2024: ((47_025, 518_900), (94_050, 583_750), (47_025, 291_850), (63_000, 551_350)),
    2025: ((48_350, 533_400), (96_700, 600_050), (48_350, 300_000), (64_750, 566_700)),
    2026: ((49_450, 545_500), (98_900, 613_700), (49_450, 306_850), (66_200, 579_600)),
}
# The top of the 24% bracket, below which income counts as taxed below 25%: IRC §1(h)(1)(A)(ii) and (j)(2).
BELOW_25 = {
    2020: (163_300, 326_600, 163_300, 163_300),
    2021: (164_925, 329_850, 164_925, 164_900),
    2022: (170_050, 340_100, 170_050, 170_050),
    2023: (182_100, 364_200, 182_100, 182_100),
    2024: (191_950, 383_900, 191_950, 191_950),
    2025: (197_300, 394_600, 197_300, 197_300),
    2026: (201_775, 403_550, 201_775, 201_750),
}
PLACE = {"single": 0, "married_joint": 1, "married_separate": 2, "head_of_household": 3, "surviving_spouse": 1}
Money = dict[str, int]


def tentative_minimum_tax(year: int, status: str, m: Money) -> Fraction:
    """IRC §55(b): `m` in dollars: taxable income with the deduction for seniors back, what §56(b)(1) adds back, net
    capital gain without dividends, qualified dividends, 28% gain, unrecaptured section 1250 gain, taxable income."""
    place = PLACE[status]
    exemption, phase_out = LAW[year][0 if place == 3 else place]
    rate = Fraction(1, 4) if year < 2026 else Fraction(1, 2)
    income = Fraction(m["before"] + m["added_back"])
    if status == "married_separate":  # §55(d)(2), last sentence
        income += min(max(income - (phase_out + exemption / rate), 0) * rate, exemption)
    excess = max(income - max(exemption - rate * max(income - phase_out, 0), 0), 0)
    turn = Fraction(LAW[year][3], 2 if status == "married_separate" else 1)

    def rates(amount: Fraction) -> Fraction:  # §55(b)(1)(A)
        return Fraction(26, 100) * min(amount, turn) + Fraction(28, 100) * max(amount - turn, 0)

    # §1(h)(3) and (11): net capital gain with dividends, and adjusted net capital gain
    net = Fraction(m["gain"] + m["dividends"])
    adjusted = max(Fraction(m["gain"] - m["at_25"] - m["at_28"]), Fraction(0)) + m["dividends"]
    taxable = Fraction(m["taxable"])
    zero_to, middle_to = CEILINGS[year][place]
    # §1(h)(1)(B) and (C)(ii): what the 0% and the 15% rate have room for, by the regular tax's figures
    zero_room = max(zero_to - max(taxable - adjusted, Fraction(0)), Fraction(0))
    ordinary = max(taxable - net, min(Fraction(BELOW_25[year][place]), taxable - adjusted), Fraction(0))
    # §55(b)(3)(A) to (E)
    high = excess - min(excess, net, adjusted + m["at_25"])
    zero = min(adjusted, excess, zero_room)
    middle = min(min(adjusted, excess) - zero, max(middle_to - ordinary - zero_room, Fraction(0)))
    top = min(adjusted, excess) - zero - middle
    rest = max(excess - high - zero - middle - top, 0) if m["at_25"] else 0
    split = rates(high) + Fraction(15, 100) * middle + Fraction(20, 100) * top + Fraction(25, 100) * rest
    return min(split, rates(excess))


@cache
def rules_of(year: int) -> YearRules:
    return load_rules(year)


def worked(year: int, status: str, dollars: dict[str, int | bool | None]) -> Lines:
    """The lines of a return with these figures, nothing else of it unknown."""
    nothing = dict.fromkeys(
        (
            *("wages", "taxable_interest", "ordinary_dividends", "qualified_dividends", "other_income", "adjustments"),
            *("qbi_deduction", "schedule_1a_deduction", "nonrefundable_credits", "other_taxes", "withholding"),
            *("estimated_payments", "refundable_credits", "paid_with_extension"),
        ),
        0,
    )
    figures = {name: value if isinstance(value, bool | None) else value * 100 for name, value in dollars.items()}
    return rules_of(year).evaluate(WorksheetInputs(status, {**nothing, **figures}, {}))


def drawn(dice: random.Random, year: int) -> tuple[str, dict[str, int | bool | None]]:
    """A random return: wages, dividends, short and long gains with 25% and 28% parts, deductions of every kind."""
    status = dice.choice(list(PLACE))
    big = dice.choice([100_000, 400_000, 1_200_000, 3_000_000])
    long = dice.choice([0, dice.randint(-50_000, 50_000), dice.randint(0, big), dice.randint(0, big)])
    ordinary = dice.choice([0, 0, dice.randint(0, 200_000)])
    figures: dict[str, int | bool | None] = {
        "wages": dice.choice([0, dice.randint(0, 150_000), dice.randint(0, 900_000)]),
        "taxable_interest": dice.choice([0, dice.randint(0, 400_000)]),
        "ordinary_dividends": ordinary,
        "qualified_dividends": dice.randint(0, ordinary),
        "line_4": dice.choice([0, 0, dice.randint(-80_000, 150_000)]),
        "line_11": long,
    }
    if long > 0 and dice.random() < 0.6:
        figures["line_19"] = dice.choice([0, dice.randint(0, long), long])
        figures["line_18"] = dice.choice([0, dice.randint(0, long)])
    if dice.random() < 0.4:
        figures["deduction"] = dice.randint(0, 120_000)
        figures["taxes_deducted"] = dice.randint(0, min(int(figures["deduction"] or 0), 40_000))
    if year >= 2025 and dice.random() < 0.3:
        figures["schedule_1a_deduction"] = 9_000
        figures["senior_deduction"] = dice.choice([0, 6_000])
    return status, figures


def reference(year: int, status: str, figures: dict[str, int | bool | None], lines: Lines) -> Fraction:
    """The tax by the statute, dollars, from Niner's taxable income, regular tax and Schedule D."""

    def cents(form: str, line: str) -> int:
        return int(lines.value(form, line) or 0)

    def figure(name: str) -> int:
        return int(figures.get(name) or 0)

    given = figures.get("deduction") is not None
    gain = max(min(cents("f1040sd", "15"), cents("f1040sd", "16")), 0) // 100
    taxed_apart = gain > 0
    m = {
        "before": cents("f1040", "15.unfloored") // 100 + figure("senior_deduction"),
        "added_back": figure("taxes_deducted") if given else cents("f1040", "deduction") // 100,
        "gain": gain,
        "dividends": figure("qualified_dividends"),
        "at_25": figure("line_19") if taxed_apart else 0,
        "at_28": figure("line_18") if taxed_apart else 0,
        "taxable": cents("f1040", "15") // 100,
    }
    return max(tentative_minimum_tax(year, status, m) - Fraction(cents("f1040", "16"), 100), Fraction(0))


@pytest.mark.parametrize("year", range(2020, 2027))
def test_two_thousand_random_returns_agree_with_the_statute(year: int) -> None:
    dice = random.Random(year)
    due = 0
    for _ in range(286):
        status, figures = drawn(dice, year)
        lines = worked(year, status, figures)
        ours, wanted = int(lines.value("f6251", "11") or 0), reference(year, status, figures, lines) * 100
        # Each of up to five products is rounded to the cent.
        assert abs(ours - wanted) <= 3, (year, status, figures, ours / 100, float(wanted) / 100)
        due += ours > 0
    assert due > 15


def test_without_its_taxes_a_deduction_is_held_between_none_and_the_most() -> None:
    dice = random.Random(56)
    settled = open_ = 0
    for _ in range(200):
        year = dice.randint(2020, 2026)
        status, figures = drawn(dice, year)
        deduction = dice.randint(1, 120_000)
        figures |= {"deduction": deduction, "taxes_deducted": None}
        silent = worked(year, status, figures)
        most = int(silent.value("f6251", "taxes_most") or 0)
        at_most = worked(year, status, {**figures, "taxes_deducted": most // 100})
        assert silent.value("amt_most", "excess") == pytest.approx(at_most.value("f6251", "11"), abs=3)
        assert most <= deduction * 100
        if silent.value("amt_most", "excess") == 0:
            assert (silent.value("f6251", "11"), silent.value("f6251", "unknown")) == (0, False)
            assert silent.value("f1040", "24") == worked(year, status, {**figures, "taxes_deducted": 0}).value(
                "f1040", "24"
            )
            settled += 1
        else:
            assert (silent.value("f6251", "11"), silent.value("f1040", "24")) == (None, None)
            open_ += 1
    assert settled > 40
    assert open_ > 15
