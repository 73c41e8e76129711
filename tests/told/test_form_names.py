"""Forms and lines by the names people know."""

import pytest

from niner.words.form_names import form_order, line_name, routed_name


@pytest.mark.parametrize(
    ("form", "line", "name"),
    [
        ("f1040sd", "10.h", "Schedule D line 10, column (h)"),
        ("f1040x", "4a.b", "Form 1040-X line 4a, column B"),
        ("f1040", "7a", "Form 1040 line 7a"),
        ("f8949", "H.e", "Form 8949 box H, column (e)"),
        ("carryover", "13", "Capital Loss Carryover Worksheet line 13"),
        ("f8962", "12.e", "Form 8962 line 12, column (e)"),
        ("f9999", "2", "F9999 line 2"),
        ("ira_worksheet", "2", "IRA worksheet line 2"),
        ("eic_worksheet", "2", "EIC worksheet line 2"),
    ],
)
def test_a_line_is_called_what_the_form_prints(form: str, line: str, name: str) -> None:
    assert line_name(form, line) == name


def test_a_figure_that_is_not_printed_is_called_by_the_rules_words() -> None:
    assert line_name("f1040", "15.unfloored", "Taxable income before zero.") == "Form 1040: Taxable income before zero"


def test_a_place_that_is_no_line_is_named_in_words() -> None:
    assert routed_name("f1040s1.8v") == "Schedule 1 line 8v"
    assert routed_name("schedule_c") == "Schedule C"


def test_lines_stand_in_the_forms_order() -> None:
    in_order = ["1a", "1b.d", "1b.h", "2", "7", "8a.d", "8b.h", "10.d", "10.e", "10.h", "11", "16", "21", "qof"]
    assert sorted(set(in_order), key=form_order) == in_order
