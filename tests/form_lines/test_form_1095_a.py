"""Form 1095-A is given by the year or by its months, each month once; line 10 of Form 8962 decides which is taken."""

from typing import Any

import pytest
from pydantic import ValidationError

from niner.case import ReturnFigures

ALIKE = {"months": "1-12", "premium": "600", "silver_plan": "650", "advance": "300"}
TOTALS = {"marketplace_premiums": "7200", "silver_plan_premiums": "7800", "advance_premium_credit": "3600"}


def figures(**given: Any) -> dict[str, int]:
    return ReturnFigures.model_validate(given).premiums_by_month


def test_twelve_months_with_the_same_premiums_are_the_years_totals() -> None:
    assert figures(form_1095_a=[ALIKE]) == {
        **{"marketplace_premiums": 720000, "silver_plan_premiums": 780000, "advance_premium_credit": 360000}
    }
    halves = [{**ALIKE, "months": "1-6"}, {**ALIKE, "months": "7 - 12", "advance": "0"}]
    assert figures(form_1095_a=halves)["advance_premium_credit"] == 180000


def test_a_month_without_coverage_or_with_another_premium_is_taken_month_by_month() -> None:
    eleven = figures(form_1095_a=[{**ALIKE, "months": "2-12"}])
    assert len(eleven) == 33
    assert (eleven["premium_february"], eleven["advance_december"]) == (60000, 30000)
    other = figures(form_1095_a=[{**ALIKE, "months": "1-11"}, {**ALIKE, "months": "12", "silver_plan": "651"}])
    assert len(other) == 36
    assert other["silver_plan_december"] == 65100


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"form_1095_a": [ALIKE], "marketplace_premiums": "1"}, "give one of them"),
        ({"marketplace_premiums": "1"}, "totals of Form 1095-A are three"),
        ({"form_1095_a": [ALIKE, {**ALIKE, "months": "3"}]}, "has month 3 twice"),
        ({"form_1095_a": [{**ALIKE, "months": "0-3"}]}, "must be months such as 1-12"),
        ({"form_1095_a": [{**ALIKE, "months": "6-3"}]}, "must be months such as 1-12"),
        ({"form_1095_a": ALIKE}, "needs a list"),
        ({**TOTALS, "schedule_2_part_1": "5"}, "holds what is repaid"),
        ({"form_1095_a": [ALIKE], "schedule_2_part_1": "5"}, "holds what is repaid"),
    ],
)
def test_what_is_given_twice_or_in_part_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ReturnFigures.model_validate(given)
