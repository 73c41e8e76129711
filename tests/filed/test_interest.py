"""Interest on what an amended return owes or brings, against figures worked out beside the program."""

import json
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest

from amending.test_engagements import F1040, KRAKEN, LOSS, D, amend, engagement, ids
from niner.amend.days.interest import Running, interest
from niner.rules import load_rules

# Individuals, in percent, by quarter from the second of 2021: IRS, Quarterly interest rates.
PERCENT = [3, 3, 3, 3, 4, 5, 6, 7, 7, 7, 8, 8, 8, 8, 8, 7, 7, 7, 7, 7, 6, 7, 7]


def percent(day: date) -> int:
    return PERCENT[(day.year - 2021) * 4 + (day.month - 1) // 3 - 1]


def by_hand(cents: int, since: date, until: date) -> int:
    """Day by day, each at its quarter's rate over the days of its year, rounded once."""
    with localcontext(Context(prec=60, traps=[])):
        grown, day = Decimal(cents), since
        while day < until:
            day += timedelta(days=1)
            leap = day.year % 4 == 0
            grown += grown * percent(day) / 100 / (366 if leap else 365)
        return int((grown - cents).quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("cents", "since", "until"),
    [
        (898600, date(2025, 4, 15), date(2026, 11, 25)),
        (100, date(2021, 5, 17), date(2026, 12, 31)),
        (1_000_000_00, date(2022, 4, 15), date(2026, 4, 15)),
        (22200, date(2024, 4, 15), date(2024, 4, 16)),
        (58000, date(2024, 2, 28), date(2024, 3, 1)),
        (4_321_09, date(2023, 12, 31), date(2024, 12, 31)),
    ],
)
def test_interest_is_what_each_day_adds(cents: int, since: date, until: date) -> None:
    found = interest(load_rules(2023), [Running(cents, since)], until)
    assert found.cents == by_hand(cents, since, until)
    assert not found.missing
    assert found.until == until
    assert sum(span.days for span in found.spans) == (until - since).days


def test_a_year_at_eight_percent_is_the_published_factor() -> None:
    """Rev. Proc. 95-17: 8 % compounded daily for 366 days of a leap year is 0.083277...; the table says 8.3277 %."""
    found = interest(load_rules(2023), [Running(10**12, date(2023, 12, 31))], date(2024, 12, 31))
    assert str(found.cents)[:5] == "83277"


def test_parts_are_added_before_they_are_rounded() -> None:
    """Three times 0.3 cents are one cent, and not none."""
    since, until = date(2026, 1, 1), date(2026, 1, 2)
    cents = 1560  # 0.299 cents a day at 7 %
    rules = load_rules(2024)
    assert interest(rules, [Running(cents, since)], until).cents == 0
    assert interest(rules, [Running(cents, since)] * 3, until).cents == 1


def test_a_quarter_without_a_rate_is_named_and_not_guessed() -> None:
    found = interest(load_rules(2024), [Running(100000, date(2026, 10, 1))], date(2027, 2, 1))
    assert found.missing == "the first quarter of 2027"
    assert found.until == date(2026, 12, 31)
    assert found.cents == by_hand(100000, date(2026, 10, 1), date(2026, 12, 31))
    later = interest(load_rules(2024), [Running(100000, date(2027, 1, 5))], date(2027, 2, 1))
    assert (later.cents, later.missing, later.until) == (0, "the first quarter of 2027", date(2027, 1, 5))


def cost(folder: Path, year: int = 2023) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "out" / f"{year}-amended" / "diff.json").read_text())["cost"]
    return found


def test_a_refund_bears_interest_from_15_april(tmp_path: Path) -> None:
    """E5's figures: 2023, refund asked, tax withheld: from 15 April 2024 to the day of the claim."""
    folder = engagement(tmp_path, f1040=F1040 | {"25d": 6000, "33": 6000, "34": 84}, schedule_d=D, ledger=KRAKEN + LOSS)
    case = amend(folder, "--no-forms")
    cents = int(Decimal(case["refund"].replace("$", "").replace(",", "")) * 100)
    found = cost(folder)["interest"]
    assert found["on"] == f"{cents // 100}.{cents % 100:02d}"
    assert found["parts"] == [{"amount": found["on"], "since": "2024-04-15"}]
    assert found["amount"] == f"{Decimal(by_hand(cents, date(2024, 4, 15), date(2026, 11, 25))) / 100:.2f}"
    assert {"interest-refund", "erroneous-claim"} <= ids(case)
    assert "interest-owed" not in ids(case)


def test_the_last_payments_are_what_was_paid_too_much(tmp_path: Path) -> None:
    """5,416 were withheld and 500 paid on 1 October 2024: of the refund of 670 the 500 were paid too much last."""
    folder = engagement(
        tmp_path,
        f1040=F1040 | {"25d": 5416, "33": 5416, "37": 500},
        schedule_d=D,
        ledger=KRAKEN + LOSS,
        filed={"payments": [{"paid_on": "2024-10-01", "amount": 500}]},
    )
    amend(folder, "--no-forms")
    parts = cost(folder)["interest"]["parts"]
    assert parts == [{"amount": "500.00", "since": "2024-10-01"}, {"amount": "170.00", "since": "2024-04-15"}]


def test_a_return_filed_late_bears_interest_from_its_filing(tmp_path: Path) -> None:
    """IRC §6611(b)(3)."""
    folder = engagement(
        tmp_path,
        f1040=F1040 | {"25d": 6000, "33": 6000, "34": 84},
        schedule_d=D,
        ledger=KRAKEN + LOSS,
        filed={"filed_on": "2024-11-10"},
    )
    amend(folder, "--no-forms")
    assert [part["since"] for part in cost(folder)["interest"]["parts"]] == ["2024-11-10"]


GAIN = "g1,2021-11-02T10:00:00Z,Deadex,buy,,,10,SOL,1000\ng2,2023-06-03T10:00:00Z,Deadex,sell,10,SOL,,,{}\n"


def owing(tmp_path: Path, more: str = "", gain: int = 41000, **lines: int) -> Path:
    f1040 = F1040 | {"25d": 5916, "33": 5916} | lines
    return engagement(tmp_path, f1040=f1040, schedule_d=D, ledger=KRAKEN + GAIN.format(gain), more=more)


def test_what_is_owed_bears_interest_from_15_april(tmp_path: Path) -> None:
    """40,000 of long-term gain left out: 15 % and more of it, over 5,000 and over a tenth of the right tax."""
    folder = owing(tmp_path)
    case = amend(folder, "--no-forms")
    owed = int(Decimal(case["owed"].replace("$", "").replace(",", "")) * 100)
    found = cost(folder)
    assert found["interest"]["amount"] == f"{Decimal(by_hand(owed, date(2024, 4, 15), date(2026, 11, 25))) / 100:.2f}"
    assert found["penalties"]["substantial"] is True
    assert Decimal(found["penalties"]["accuracy_penalty"]) * 5 == Decimal(found["penalties"]["understatement"])
    assert {"interest-owed", "substantial-not-said"} <= ids(case)


@pytest.mark.parametrize(
    ("contact", "said"),
    [("none", "substantial-qualified"), ("cp2000", "substantial-contacted"), ("examination", "substantial-contacted")],
)
def test_whether_the_irs_has_written_decides_on_the_penalty(tmp_path: Path, contact: str, said: str) -> None:
    folder = owing(tmp_path, f"amendment: {{irs_contact: {{2023: {contact}}}}}")
    found = ids(amend(folder, "--no-forms"))
    assert said in found
    assert "substantial-not-said" not in found


def test_another_year_of_the_irs_says_nothing_of_this_one(tmp_path: Path) -> None:
    folder = owing(tmp_path, "amendment: {irs_contact: {2022: cp2000}}")
    assert "substantial-not-said" in ids(amend(folder, "--no-forms"))


def test_tax_that_was_refunded_was_not_unpaid_before(tmp_path: Path) -> None:
    """Rev. Rul. 99-40: 500 were refunded without interest on 20 May 2024; on 500 interest starts there."""
    more = "amendment: {refunded_on: {2023: 2024-05-20}}"
    folder = owing(tmp_path, more, **{"25d": 6416, "33": 6416, "34": 500})
    assert "interest-refund-day" not in ids(amend(folder, "--no-forms"))
    parts = cost(folder)["interest"]["parts"]
    assert [part["since"] for part in parts] == ["2024-04-15", "2024-05-20"]
    assert parts[1]["amount"] == "500.00"


def test_a_refund_that_came_late_bore_interest_itself(tmp_path: Path) -> None:
    """More than 45 days after the due date: the whole is worked out from 15 April."""
    more = "amendment: {refunded_on: {2023: 2024-07-20}}"
    folder = owing(tmp_path, more, **{"25d": 6416, "33": 6416, "34": 500})
    amend(folder, "--no-forms")
    assert [part["since"] for part in cost(folder)["interest"]["parts"]] == ["2024-04-15"]


def test_a_refund_whose_day_is_not_known_is_said(tmp_path: Path) -> None:
    folder = owing(tmp_path, **{"25d": 6416, "33": 6416, "34": 500})
    assert "interest-refund-day" in ids(amend(folder, "--no-forms"))


def test_nothing_bears_interest_that_is_paid_by_the_due_date(tmp_path: Path) -> None:
    folder = owing(tmp_path)
    found = amend(folder, "--no-forms", "--as-of", "2024-04-15")
    assert cost(folder)["interest"]["amount"] == "0.00"
    assert not {"interest-owed", "substantial-not-said", "not-substantial"} & ids(found)


def test_interest_stops_at_the_last_known_quarter(tmp_path: Path) -> None:
    folder = owing(tmp_path)
    found = amend(folder, "--no-forms", "--as-of", "2027-03-01")
    assert "interest-rate-missing" in ids(found)
    assert "interest-owed" not in ids(found)
    said = cost(folder)["interest"]
    assert (said["amount"], said["until"], said["rate_missing"]) == (None, "2026-12-31", "the first quarter of 2027")


def test_a_weekend_moves_no_day_of_interest(tmp_path: Path) -> None:
    """15 April 2023 was a Saturday: paid on the 18th there is none, paid later it runs from the 15th."""
    assert load_rules(2022).parameter("interest_from") == "2023-04-15"
    assert load_rules(2022).parameter("due_date") == "2023-04-18"
