"""The time for a refund, and how much can come back."""

from datetime import date
from types import SimpleNamespace

import pytest

from niner.amend.days.calendar import legal_holidays, next_business_day, years_later
from niner.amend.days.deadlines import Deadline, deadline, payments_of
from niner.case.filed import Payment
from niner.rules import load_rules


def paid(day: str, dollars: int) -> Payment:
    return Payment.model_validate({"paid_on": day, "amount": dollars})


def on(year: int, as_of: str, filed: str | None = None, extended: str | None = None, **more: object) -> Deadline:
    how: dict[str, object] = {"on_paper": False, "prepaid_cents": 500000, "payments": (), **more}
    return deadline(
        load_rules(year),
        as_of=date.fromisoformat(as_of),
        filed_on=date.fromisoformat(filed) if filed else None,
        extended_to=date.fromisoformat(extended) if extended else None,
        **how,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("year", "filed", "safe", "last"),
    [
        (
            2022,
            "2023-04-01",
            "2026-04-15",
            "2026-04-15",
        ),  # due 18 April 2023, and early all the same: Rev. Rul. 2003-41
        (2022, "2023-04-18", "2026-04-15", "2026-04-20"),  # filed on the due date; 18 April 2026 is a Saturday
        (2020, "2021-03-01", "2024-04-15", "2024-04-15"),  # Notice 2021-21 postpones the due date, not this
        (2020, "2021-04-20", "2024-04-15", "2024-04-22"),  # 20 April 2024 is a Saturday
        (2020, "2021-05-17", "2024-04-15", "2024-05-17"),
        (2023, "2024-02-01", "2027-04-15", "2027-04-15"),
        (2024, "2025-04-15", "2028-04-15", "2028-04-18"),  # Saturday; Emancipation Day is observed on the Monday
        (2025, "2026-04-15", "2029-04-15", "2029-04-17"),  # Sunday; Emancipation Day is the Monday
        (2023, "2024-10-11", "2027-10-11", "2027-10-12"),  # filed late or extended: counted from that day; Columbus Day
        (2023, "2024-02-29", "2027-04-15", "2027-04-15"),
    ],
)
def test_three_years_from_filing(year: int, filed: str, safe: str, last: str) -> None:
    """R-1307 and R-1309: early filing counts as 15 April; the safe day takes no weekend in favour."""
    found = on(year, "2026-11-23", filed)
    assert (found.safe_day.isoformat(), found.last_day.isoformat()) == (safe, last)


@pytest.mark.parametrize(
    ("filed", "extended", "late"),
    [
        ("2024-04-15", None, False),
        ("2024-04-16", None, True),
        ("2024-10-15", "2024-10-15", False),
        ("2024-10-16", "2024-10-15", True),
        (None, None, False),
    ],
)
def test_a_return_is_late_from_the_day_after_its_due_date_with_the_extension(
    filed: str | None, extended: str | None, late: bool
) -> None:
    assert on(2023, "2026-11-23", filed, extended).filed_late is late


def test_the_working_deadlines() -> None:
    """R-1309, as seen on 22 November 2026: 2022 is closed, 2023 to 2025 are open."""
    assert [on(year, "2026-11-22").open for year in (2022, 2023, 2024, 2025)] == [False, True, True, True]


def test_the_two_year_limit() -> None:
    """P17-REFUND-2YR, moved on by seven years: 300 is claimed, 200 was paid in the two years before."""
    payments = (paid("2024-04-15", 500), paid("2025-11-05", 200))
    found = on(2023, "2027-05-12", "2024-04-15", prepaid_cents=0, payments=payments)
    assert (found.claim.value, found.limit_cents) == ("two_years", 20000)
    assert found.last_day_of_payments == date(2027, 11, 5)
    closed = on(2023, "2027-11-06", "2024-04-15", prepaid_cents=0, payments=payments)
    assert (closed.claim.value, closed.limit_cents) == ("closed", 0)


def test_within_three_years_all_of_it_can_come_back() -> None:
    found = on(2023, "2027-04-15", "2024-04-10", payments=(paid("2024-04-10", 300),))
    assert (found.claim.value, found.limit_cents) == ("three_years", 530000)


def test_without_an_extension_a_late_return_looks_back_three_years_only() -> None:
    """Filed 1 June 2024 and claimed 1 June 2027: what was withheld counts as paid on 15 April 2024, and is out."""
    late = on(2023, "2027-06-01", "2024-06-01")
    assert (late.claim.value, late.limit_cents) == ("three_years", 0)
    extended = on(2023, "2027-06-01", "2024-06-01", "2024-10-15")
    assert (extended.claim.value, extended.limit_cents) == ("three_years", 500000)


def test_a_due_date_after_a_weekend_loses_nothing() -> None:
    """Tax year 2021 was due on 18 April 2022 and 2020 on 17 May 2021 (Notice 2021-21 and 2023-21)."""
    assert on(2021, "2025-04-18", "2022-04-18").limit_cents == 500000
    assert on(2020, "2024-05-17", "2021-05-17").limit_cents == 500000
    assert not on(2020, "2024-05-18", "2021-05-17").open


def test_a_claim_on_the_monday_looks_back_as_from_the_saturday() -> None:
    assert on(2024, "2028-04-18", "2025-04-15").limit_cents == 500000
    assert not on(2024, "2028-04-19", "2025-04-15").open


def test_how_it_is_filed() -> None:
    assert on(2023, "2026-11-23").way.value == "e_file"
    assert on(2022, "2026-11-23").way.value == "paper"
    assert on(2023, "2026-11-23", on_paper=True).way.value == "paper"
    assert on(2025, "2026-11-23", on_paper=True).way.value == "e_file"  # the current year, whatever the original was


def test_before_the_due_date_a_new_return_supersedes() -> None:
    assert on(2025, "2026-04-15", "2026-02-01").still_original
    assert not on(2025, "2026-04-16", "2026-02-01").still_original
    assert on(2025, "2026-10-15", "2026-02-01", "2026-10-15").still_original


def test_the_calendar() -> None:
    assert years_later(date(2024, 2, 29), 3) == date(2027, 2, 28)
    assert years_later(date(2027, 5, 1), -3) == date(2024, 5, 1)
    assert next_business_day(date(2026, 7, 4)) == date(2026, 7, 6)
    assert date(2026, 7, 3) in legal_holidays(2026)
    assert {date(2027, 1, 1), date(2027, 1, 18), date(2027, 2, 15), date(2027, 5, 31)} <= legal_holidays(2027)
    assert date(2021, 12, 31) in legal_holidays(2021)  # New Year's Day 2022 was a Saturday
    assert date(2025, 1, 20) in legal_holidays(2025)
    assert date(2026, 1, 20) not in legal_holidays(2026)  # no President is inaugurated
    assert date(2021, 6, 18) in legal_holidays(2021)  # the first Juneteenth was a Saturday (P.L. 117-17)
    assert date(2020, 6, 19) not in legal_holidays(2020)
    assert date(2026, 11, 26) in legal_holidays(2026)


# The legal holidays of the District of Columbia on which a claim for 2020 to 2025 could end, as observed, from the
# calendar of the Office of Personnel Management and from DC's for Emancipation Day.
HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        "2024-04-16 2024-05-27 2024-06-19 2024-07-04 2024-09-02 2024-10-14 2024-11-11 2024-11-28 2024-12-25 "
        "2025-01-01 2025-04-16 2025-05-26 2025-06-19 2025-07-04 2025-09-01 2025-10-13 2025-11-11 2025-11-27 2025-12-25 "
        "2026-01-01 2026-04-16 2026-05-25 2026-06-19 2026-07-03 2026-09-07 2026-10-12 2026-11-11 2026-11-26 2026-12-25 "
        "2027-01-01 2027-04-16 2027-05-31 2027-06-18 2027-07-05 2027-09-06 2027-10-11 2027-11-11 2027-11-25 2027-12-24 "
        "2027-12-31 2028-04-17 2028-05-29 2028-06-19 2028-07-04 2028-09-04 2028-10-09 2028-11-10 2028-11-23 2028-12-25 "
        "2029-01-01 2029-04-16 2029-05-28 2029-06-19 2029-07-04 2029-09-03 2029-10-08 2029-11-12 2029-11-22 2029-12-25 "
        "2030-01-01"
    ).split()
)


@pytest.mark.parametrize("year", range(2020, 2026))
def test_every_filing_day_of_a_year_has_its_last_day(year: int) -> None:
    """D7: three years from the filing, 15 April for all that came earlier; then the next day that is no day off."""
    day = date(year + 1, 1, 20)
    while day <= date(year + 1, 12, 31):
        early = day < date(year + 1, 4, 15)
        last = date(year + 4, 4, 15) if early else day.replace(year=day.year + 3)
        while last.weekday() > 4 or last in HOLIDAYS:
            last = date.fromordinal(last.toordinal() + 1)
        found = on(year, f"{year + 2}-01-01", day.isoformat())
        assert found.last_day == last, day
        assert found.safe_day <= found.last_day, day
        assert on(year, last.isoformat(), day.isoformat()).open, day
        assert not on(year, date.fromordinal(last.toordinal() + 1).isoformat(), day.isoformat(), payments=()).open, day
        day = date.fromordinal(day.toordinal() + 1)


def test_a_claim_by_the_time_of_a_payment_is_told_its_own_day() -> None:
    """Tax of 2021 paid on 3 March 2025: three years from filing are over, two from payment run to 3 March 2027."""
    found = on(2021, "2026-11-25", "2022-04-18", prepaid_cents=500000, payments=(paid("2025-03-03", 1643),))
    assert (found.claim_by, found.claim_until, found.limit_cents) == (date(2027, 3, 3), date(2027, 3, 3), 164300)
    assert found.by_payments


def test_the_time_to_assess() -> None:
    """IRC §6501(a) and (e): three years, six where a quarter was left out; the postponed due date counts against us."""
    found = on(2020, "2026-11-25", "2021-03-01")
    assert (found.assessed_by, found.long_assessed_by) == (date(2024, 5, 17), date(2027, 5, 17))
    late = on(2023, "2026-11-25", "2024-10-12")
    assert late.assessed_by == date(2027, 10, 12)


@pytest.mark.parametrize(
    ("filed_on", "said", "paid_with_it"),
    [
        (date(2024, 5, 2), None, [(date(2024, 5, 2), 95000)]),  # less the penalty of line 38
        (None, None, [(date(2024, 4, 15), 95000)]),
        (date(2024, 5, 2), [paid("2024-06-01", 10)], [(date(2024, 6, 1), 1000)]),
    ],
)
def test_what_was_owed_counts_as_paid_with_the_return_unless_payments_are_given(
    filed_on: date | None, said: list[Payment] | None, paid_with_it: list[tuple[date, int]]
) -> None:
    since = [SimpleNamespace(adjusted_on=date(2025, 3, 3), additional_tax_paid=7000),
             SimpleNamespace(adjusted_on=date(2025, 4, 4), additional_tax_paid=0)]  # fmt: skip
    original = SimpleNamespace(payments=said, filed_on=filed_on)
    lines = {"f1040": {"37": 100000, "38": 5000}}
    of = SimpleNamespace(filed=SimpleNamespace(original=original, first_lines=lines, adjustments=since))
    found = payments_of(of, load_rules(2023))  # type: ignore[arg-type]
    assert [(one.paid_on, one.amount) for one in found] == [*paid_with_it, (date(2025, 3, 3), 7000)]


def test_nothing_owed_is_no_payment() -> None:
    original = SimpleNamespace(payments=None, filed_on=date(2024, 5, 2))
    of = SimpleNamespace(filed=SimpleNamespace(original=original, first_lines={"f1040": {"37": 5000, "38": 5000}},
                                               adjustments=[]))  # fmt: skip
    assert payments_of(of, load_rules(2023)) == []  # type: ignore[arg-type]
