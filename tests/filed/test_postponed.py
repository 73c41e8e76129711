"""Deadlines that a disaster postponed where the taxpayer lived, against days worked out by hand."""

import json
from datetime import date
from pathlib import Path

import pytest

from amending.test_amend_papers import paper, refunded
from amending.test_engagements import F1040, KRAKEN, D, amend, engagement
from filed.test_interest import GAIN, cost
from niner.amend.days.deadlines import Deadline, deadline
from niner.amend.days.postponed import Place, Postponement, moved, place_of
from niner.case.filed import Payment
from niner.case.model import Case, Residence, Taxpayer
from niner.rules import load_rules


def lived(state: str, county: str = "", year: int = 2024) -> Place:
    taxpayer = Taxpayer.model_construct(filing_status="single")
    case = Case.model_construct(taxpayer=taxpayer, residence=Residence(state=state, county=county))
    return place_of(case, load_rules(year))


def times(
    year: int, place: Place | None, as_of: date, filed: date | None, extended: date | None = None, paid: int = 0
) -> Deadline:
    payments = [Payment.model_construct(paid_on=filed, amount=paid)] if paid else []
    return deadline(
        load_rules(year),
        as_of=as_of,
        filed_on=filed,
        extended_to=extended,
        on_paper=False,
        prepaid_cents=500000,
        payments=payments,
        place=place,
    )


AS_OF = date(2026, 11, 25)


@pytest.mark.parametrize("county", ["Los Angeles", "los angeles county", "LOS ANGELES"])
def test_a_county_is_found_however_it_is_written(county: str) -> None:
    assert [one.disaster for one in lived("CA", county).here][-1] == "wildfires of January 2025"


def test_the_neighbour_is_not_postponed_and_is_told_where_it_is() -> None:
    place = lived("california", "Ventura")
    assert "wildfires of January 2025" not in {one.disaster for one in place.here}
    assert "Los Angeles" in {one.where for one in place.elsewhere}


def test_a_county_that_is_left_out_is_left_out() -> None:
    storms = "winter storms of 2022 and 2023"
    assert storms in {one.disaster for one in lived("CA", "Butte").here}
    assert storms not in {one.disaster for one in lived("CA", "Modoc").here}
    # Without a county a row that leaves some out says nothing.
    assert storms not in {one.disaster for one in lived("CA").here}


def test_a_row_that_nobody_read_in_a_source_moves_no_day() -> None:
    """A return of 2021 filed with an extension on 10 October 2022: the claim ends three years later, in July's time."""
    place = lived("TX", "Kerr County", 2021)
    assert [one.disaster for one in place.unread] == ["flooding of July 2025"]
    when = times(2021, place, AS_OF, date(2022, 10, 10), date(2022, 10, 17))
    assert when.last_day == date(2025, 10, 10)
    assert [one.disaster for one in when.postponed_unread] == ["flooding of July 2025"]
    assert lived("TX", "Travis", 2021).unread
    assert lived("TX", "Potter", 2021).unread == ()


def test_every_row_has_its_days_in_order_and_where_it_was_read() -> None:
    """Relief lasts a year at most (IRC §7508A(a)), but for what was lengthened; none of a row moves a day before it."""
    rows = load_rules(2024).table("postponements").values()
    assert len(rows) > 90
    for row in rows:
        begins, ends = row.cells["begins"], row.cells["ends"]
        assert isinstance(begins, date)
        assert isinstance(ends, date)
        assert 60 <= (ends - begins).days <= 366, row.id
        assert row.authority.startswith("IRC §7508A(a)")
        assert (row.cells["state"], True) in {(one.id, True) for one in load_rules(2024).table("states").values()}
        counties = row.cells["counties"] or row.cells["but_not"] or ()
        assert isinstance(counties, tuple)
        assert len(set(counties)) == len(counties), row.id


@pytest.mark.parametrize(
    ("state", "county", "year", "due"),
    [
        ("TN", "", 2024, date(2025, 11, 3)),  # IR-2025-47
        ("TN", "Davidson", 2023, date(2024, 6, 17)),  # IR-2024-146
        ("TN", "Shelby", 2023, date(2024, 4, 15)),
        ("CA", "San Diego", 2023, date(2024, 6, 17)),
        ("IN", "Lake", 2022, date(2023, 7, 31)),  # IR-2023-128
        ("IN", "Marion", 2022, date(2023, 4, 18)),
        ("HI", "Maui", 2023, date(2024, 8, 7)),  # IR-2024-82
        ("KY", "Graves", 2021, date(2022, 5, 16)),
        ("AL", "Dallas", 2022, date(2023, 10, 16)),  # IR-2023-33
        ("WA", "King", 2025, date(2026, 5, 1)),
        ("AR", "", 2024, date(2025, 11, 3)),  # IR-2025-49
        ("CO", "Boulder County", 2021, date(2022, 5, 16)),
        ("NM", "Mora", 2021, date(2022, 9, 30)),  # NM-2022-05
        ("NY", "Erie", 2022, date(2023, 5, 15)),  # IR-2023-58
        ("NY", "St. Lawrence", 2022, date(2023, 5, 15)),
        ("NY", "Kings", 2022, date(2023, 4, 18)),
        ("FL", "Broward", 2022, date(2023, 8, 15)),  # IR-2023-94
        ("OH", "Logan", 2023, date(2024, 9, 3)),
        ("KY", "Jefferson", 2023, date(2024, 11, 1)),  # IR-2024-159
        ("WV", "Wood", 2023, date(2024, 11, 1)),
        ("MS", "Hinds", 2023, date(2024, 11, 1)),  # IR-2024-176
        ("TX", "Harris", 2023, date(2024, 4, 15)),  # TX-2024-13 begins on 26 April
        ("VA", "Danville", 2024, date(2025, 5, 1)),
        ("AK", "Juneau", 2024, date(2025, 5, 1)),
        ("NM", "Chaves", 2024, date(2025, 5, 1)),  # NM-2024-07
        ("MO", "Butler", 2024, date(2026, 3, 30)),  # MO-2025-03, after MO-2025-02
    ],
)
def test_due_dates_as_the_releases_have_them(state: str, county: str, year: int, due: date) -> None:
    assert times(year, lived(state, county, year), AS_OF, None).due_date == due


def test_a_whole_state_needs_no_county() -> None:
    assert lived("NC").here
    assert not lived("NC").elsewhere
    assert lived("Atlantis") == Place("", "", (), ())


def test_the_due_date_moves_and_an_early_return_still_counts_as_filed_on_15_april() -> None:
    """North Carolina, 2024: due 25 September 2025. Filed on 1 March 2025, the claim ends on 15 April 2028, a Saturday,
    and so on Tuesday 18 April 2028 (Emancipation Day is kept on the 17th)."""
    when = times(2024, lived("NC"), AS_OF, date(2025, 3, 1))
    assert when.due_date == date(2025, 9, 25)
    assert when.superseding_until == date(2025, 9, 25)
    assert when.due_date_postponed
    assert when.safe_day == date(2028, 4, 15)
    assert when.last_day == date(2028, 4, 18)
    # Nobody is told too early that the IRS's own time is over.
    assert when.assessed_by == date(2028, 9, 25)


def test_a_return_filed_in_the_postponed_time_counts_from_its_filing() -> None:
    when = times(2024, lived("NC"), AS_OF, date(2025, 9, 20))
    assert when.last_day == date(2028, 9, 20)
    assert not when.filed_late
    assert times(2024, None, AS_OF, date(2025, 9, 20)).filed_late


def test_an_extension_that_ends_in_the_time_ends_with_it() -> None:
    """Florida, 2023: extended to 15 October 2024, in Hurricane Milton's time to 1 May 2025."""
    when = times(2023, lived("FL"), AS_OF, date(2025, 4, 20), date(2024, 10, 15))
    assert when.superseding_until == date(2025, 5, 1)
    assert not when.due_date_postponed
    assert when.due_date == date(2024, 4, 15)
    assert not when.filed_late


def test_a_last_day_in_the_time_moves_to_its_end() -> None:
    """Los Angeles, 2021, filed on 10 April 2022: 15 April 2025 lies in the time to 15 October 2025."""
    place = lived("CA", "Los Angeles", 2021)
    when = times(2021, place, date(2025, 10, 15), date(2022, 4, 10))
    assert when.last_day == date(2025, 10, 15)
    assert when.open
    assert not times(2021, place, date(2025, 10, 16), date(2022, 4, 10)).open
    assert not times(2021, lived("CA", "Ventura", 2021), date(2025, 4, 16), date(2022, 4, 10)).open


def test_two_years_from_a_payment_move_too() -> None:
    """Paid on 1 March 2023, Los Angeles: 1 March 2025 is postponed to 15 October 2025."""
    when = times(2021, lived("CA", "Los Angeles", 2021), date(2025, 10, 15), date(2023, 3, 1), paid=100)
    assert when.last_day_of_payments == date(2025, 10, 15)


def test_the_time_looked_back_is_longer_for_claims_since_the_act() -> None:
    """P.L. 119-64: California, 2022, due date postponed from 18 April to 16 November 2023, filed on 16 October 2023.

    Looked back three years from 1 October 2026 alone, tax withheld (15 April 2023) is out; with seven months more
    it is in.
    """
    place = lived("CA", "Butte", 2022)
    when = times(2022, place, date(2026, 10, 1), date(2023, 10, 16))
    assert when.open
    assert when.limit_cents == 500000
    assert times(2022, None, date(2026, 10, 1), date(2023, 10, 16)).limit_cents == 0


def test_before_the_act_a_postponement_did_not_lengthen_it() -> None:
    """Texas, 2020: 15 June 2021 by the winter storms; 17 May by Notice 2021-21 for all.

    Filed on 10 June 2021 and claimed on 10 June 2024: three years and the 32 days of the Notice reach to 9 May 2021,
    and 15 April 2021 is out.
    """
    when = times(2020, lived("TX", "", 2020), date(2024, 6, 10), date(2021, 6, 10))
    assert when.due_date == date(2021, 6, 15)
    assert when.open
    assert when.limit_cents == 0


def test_postponements_follow_one_another() -> None:
    one = Postponement("A", date(2024, 7, 5), date(2025, 2, 3), "")
    other = Postponement("B", date(2025, 1, 7), date(2025, 10, 15), "")
    assert moved(date(2024, 8, 1), (other, one)) == date(2025, 10, 15)
    assert moved(date(2024, 7, 4), (one, other)) == date(2024, 7, 4)
    assert moved(date(2025, 10, 15), (one, other)) == date(2025, 10, 15)


def said(folder: Path, *more: str) -> dict[str, str]:
    return {f["id"]: f["says"] for f in amend(folder, "--no-forms", *more)["findings"]}


def amended_2024(tmp_path: Path, where: str) -> Path:
    """40,000 of gain left out of 2024, as of the engagement's return."""
    ledger = (KRAKEN + GAIN.format(41000)).replace("2023-", "2024-")
    f1040 = F1040 | {"25d": 5916, "33": 5916}
    folder = engagement(tmp_path, f1040=f1040, schedule_d=D, ledger=ledger, more=where, year=2024)
    amend(folder, "--no-forms", year=2024)
    return folder


@pytest.mark.parametrize(
    ("where", "since"),
    [
        ("residence: {state: NC}", "2025-09-25"),
        ("residence: {state: CA, county: Los Angeles}", "2025-10-15"),
        ("residence: {state: CA, county: Ventura}", "2025-04-15"),
        ("", "2025-04-15"),
    ],
)
def test_interest_waits_for_a_postponed_due_date(tmp_path: Path, where: str, since: str) -> None:
    folder = amended_2024(tmp_path, where)
    assert [part["since"] for part in cost(folder, 2024)["interest"]["parts"]] == [since]


def test_what_is_postponed_is_said_with_its_source(tmp_path: Path) -> None:
    folder = amended_2024(tmp_path, "residence: {state: NC}")
    document = json.loads((folder / "out" / "2024-amended" / "diff.json").read_text())
    [one] = document["deadline"]["postponed"]
    assert (one["disaster"], one["until"]) == ("Hurricane Helene", "2025-09-25")
    assert "IR-2024-253" in one["authority"]
    assert "Hurricane Helene, to 25 September 2025" in paper(folder, "review_sheet.html", 2024)


def test_a_county_that_is_not_named_is_asked_for(tmp_path: Path) -> None:
    more = "return: {wages: 60000, withholding: 6000}\nresidence: {state: TX}"
    folder = refunded(tmp_path, more)
    filed = folder / "filed" / "2023.yaml"
    filed.write_text(filed.read_text().replace('"2024-04-10"', '"2024-10-10", "extended_to": "2024-10-15"'))
    found = said(folder)
    assert "Harris" in found["postponed-county"]
    (folder / "case.yaml").write_text((folder / "case.yaml").read_text().replace("TX}", "TX, county: Harris}"))
    found = said(folder)
    assert "Hurricane Beryl, to 3 February 2025" in found["postponed-days"]
    (folder / "case.yaml").write_text((folder / "case.yaml").read_text().replace("Harris", "Travis"))
    assert "not in Travis, Texas as far as the table goes" in said(folder)["postponed-elsewhere"]
