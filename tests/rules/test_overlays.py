"""A firm's own folder changes what it names, says so, gives way to newer law, and is checked like the shipped rules."""

import re
from functools import partial
from pathlib import Path

import pytest

from niner.asked import asked_of
from niner.resources import room
from niner.returns.reported.stated import stated_columns
from niner.rules import WorksheetInputs, YearRules, load_rules
from niner.rules.editor.checking import check_years
from niner.rules.editor.testing import RuleTest, failures, read_tests
from niner.values import Refused

pytestmark = pytest.mark.usefixtures("no_firm_is_kept")

README = (room("rules") / "README.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```yaml\n# (firm\S*/\S+)\n(.*?)```", README, re.DOTALL))
EDITS = {
    "loss_limit": ["2025/loss_limit"],
    "term": ["2025/term"],
    "box": ["2025/box"],
    "income_line": ["2025/income_line"],
    "wash_sale": ["2025/wash_sale"],
    "exclusion": ["2025/exclusion", "2025/exclusion_code"],
    "staking": ["2025/treatment", "2025/basis_from", "2025/staking_remarks"],
    "new_box": ["2026/box", "2026/schedule_d_line", "2026/schedule_d"],
}
TESTS = {topic: f"{files[0].partition('/')[0]}/{topic.removeprefix('new_')}" for topic, files in EDITS.items()}
FORMS = ["f8949/2026", "footing"]


def write(root: Path, **files: str) -> Path:
    """An overlay folder `firm`; keywords are paths with __ for a slash, without .yaml."""
    for name, text in files.items():
        path = root / "firm" / f"{name.replace('__', '/').removeprefix('y')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root / "firm"


def written(root: Path, topic: str) -> Path:
    """The firm's folder of a change that the README shows, with its tests."""
    for name in [*(f"firm/{file}.yaml" for file in EDITS[topic]), f"firm/tests/{TESTS[topic]}.yaml"]:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(BLOCKS[name], encoding="utf-8")
    return root / "firm"


def written_forms(root: Path) -> Path:
    """The firm's folder of forms that the README shows."""
    for name in FORMS:
        path = root / "firm-forms" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(BLOCKS[f"firm-forms/{name}.yaml"], encoding="utf-8")
    return root / "firm-forms"


@pytest.mark.parametrize("topic", EDITS)
def test_each_change_that_the_readme_shows_touches_those_files_and_its_test_proves_it(
    topic: str, tmp_path: Path
) -> None:
    firm = written(tmp_path, topic)
    tests, problems = read_tests(firm / "tests")
    assert problems == []
    year = int(EDITS[topic][0][:4])
    assert {test.year for test in tests} == {year}
    with_it, without = load_rules(year, (firm,)), load_rules(year)
    for test in tests:
        assert failures(test, with_it.compiled, with_it.case_inputs, with_it.holding) == []
    assert any(_fails_without(test, without) for test in tests)
    assert {change.source.file for change in with_it.positions} == {f"firm/{file}.yaml" for file in EDITS[topic]}
    forms = (written_forms(tmp_path),) if topic == "new_box" else ()
    [checked] = check_years([firm], None, [year], partial(asked_of, form_dirs=forms))
    assert [str(f) for f in checked.findings if f.severity == "error"] == []


def _fails_without(test: RuleTest, rules: YearRules) -> bool:
    try:
        return bool(failures(test, rules.compiled, rules.case_inputs, rules.holding))
    except (Refused, KeyError):  # what the firm's rules add is not there to be asked
        return True


def test_the_readme_shows_nothing_that_is_not_tested_and_names_the_files_of_each_change() -> None:
    expected = {f"firm/{file}.yaml" for files in EDITS.values() for file in files}
    expected |= {f"firm/tests/{name}.yaml" for name in TESTS.values()} | {f"firm-forms/{name}.yaml" for name in FORMS}
    assert set(BLOCKS) == expected
    named = set(
        re.findall(r"`([a-z_/0-9]+)\.yaml`", README[README.index("| Change |") : README.index("The loss limit;")])
    )
    assert named == {file[5:] for files in EDITS.values() for file in files} | set(FORMS)


def test_a_return_says_which_positions_are_not_niners_own(tmp_path: Path) -> None:
    firm = write(tmp_path, y2025__loss_limit=BLOCKS["firm/2025/loss_limit.yaml"])
    said = load_rules(2025, (firm,)).said()
    assert [(f.id, f.severity, str(f.source)) for f in said] == [
        ("rules.position", "review", "firm/2025/loss_limit.yaml, row 3")
    ]
    assert "parameter capital_loss_limit, changed for 2025" in said[0].says
    assert load_rules(2025).said() == []


def test_a_draft_year_says_so() -> None:
    [finding] = load_rules(2026).said()
    assert finding.id == "rules.draft"
    assert "draft" in finding.says


def test_a_position_stays_for_later_years_that_do_not_restate_it(tmp_path: Path) -> None:
    firm = write(tmp_path, y2024__loss_limit=BLOCKS["firm/2025/loss_limit.yaml"])
    assert load_rules(2023, (firm,)).parameter("capital_loss_limit", "single") == 300_000
    assert load_rules(2024, (firm,)).parameter("capital_loss_limit", "single") == 600_000
    assert load_rules(2025, (firm,)).parameter("capital_loss_limit", "single") == 600_000


def test_a_position_gives_way_where_a_later_year_restates_the_rule(tmp_path: Path) -> None:
    text = """\
decides: fee_treatment
rules:
  - id: swap_fee
    says: The fee of a swap is left out.
    authority: Example
    when: {kind: trade, fee_paid_in: {not: none}}
    overrides: [no_effect]
    then: add_to_basis
"""
    firm = write(tmp_path, y2024__fee_treatment=text)
    fact = {"kind": "trade", "fee_paid_in": "usd", "fee_in_received_asset": False}
    assert load_rules(2024, (firm,)).decide("fee_treatment", [fact])[0].value == "add_to_basis"
    later = load_rules(2025, (firm,))
    assert later.decide("fee_treatment", [fact])[0].value == "reduce_proceeds"
    assert later.positions == ()


def test_two_overlays_apply_in_the_order_given(tmp_path: Path) -> None:
    first = write(tmp_path / "a", y2025__loss_limit=BLOCKS["firm/2025/loss_limit.yaml"])
    other = BLOCKS["firm/2025/loss_limit.yaml"].replace("6000", "7000")
    second = write(tmp_path / "b", y2025__loss_limit=other)
    assert load_rules(2025, (first, second)).parameter("capital_loss_limit", "single") == 700_000
    assert load_rules(2025, (second, first)).parameter("capital_loss_limit", "single") == 600_000


def test_the_hash_tells_an_overlay(tmp_path: Path) -> None:
    firm = write(tmp_path, y2025__loss_limit=BLOCKS["firm/2025/loss_limit.yaml"])
    assert load_rules(2025, (firm,)).sha256 != load_rules(2025).sha256


def test_an_overlay_that_would_be_ignored_is_refused(tmp_path: Path) -> None:
    firm = write(tmp_path, loss_limit=BLOCKS["firm/2025/loss_limit.yaml"])
    with pytest.raises(Refused, match=r"loss_limit\.yaml is not read") as caught:
        load_rules(2025, (firm,))
    assert "firm/2025/" in caught.value.findings[0].todo


def test_an_overlay_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="There is no rules folder"):
        load_rules(2025, (tmp_path / "nowhere",))


def test_an_overlay_that_leaves_a_gap_is_found_before_any_return_is_made(tmp_path: Path) -> None:
    firm = write(tmp_path, y2025__pool="decides: pool\nretire: {wallet: not wanted}\n")
    [checked] = check_years((firm,), years=[2025])
    assert not checked.ok
    assert checked.findings[0].says.startswith("No rule of pool holds (pool_elected: ")


def test_an_overlay_may_add_a_line_and_a_decision(tmp_path: Path) -> None:
    line = "form: firm_memo\ntitle: Memo\nlines: {1: {says: Half the loss., authority: Firm, value: f1040sd.L21 / 2}}\n"
    decision = """\
decides: staff_review
about: disposition
concludes: [partner, staff]
rules:
  - {id: staff, says: Staff reviews., authority: Firm manual, then: staff}
  - id: gifts
    says: A partner reviews gifts.
    authority: Firm manual
    when: {acquired_by: gift}
    overrides: [staff]
    then: partner
"""
    firm = write(tmp_path, y2025__memo=line, y2025__review=decision)
    rules = load_rules(2025, (firm,))
    assert rules.decide("staff_review", [{"acquired_by": "gift"}])[0].value == "partner"
    lines = rules.evaluate(WorksheetInputs("single", {"line_4": -800_000}, {}))
    assert lines.value("firm_memo", "1") == -150_000


TERM_OF_BOX = """\
decides: term
rules:
  - id: odd
    says: Odd.
    authority: Act §1
    when: {box: A}
    overrides: [short]
    then: long
"""
LONG_TOO = """\
decides: term
rules:
  - id: long_too
    says: Long.
    authority: Act §1
    when: {days_past_anniversary: {gt: 0}, acquired_by: purchase}
    then: long
"""


@pytest.mark.parametrize(
    ("text", "says"), [(TERM_OF_BOX, "in a circle: box → term → box"), (LONG_TOO, "acquired_on_month_end: false")]
)
def test_what_a_firm_s_file_contradicts_is_told_at_that_file(text: str, says: str, tmp_path: Path) -> None:
    [checked] = check_years([write(tmp_path, y2025__own=text)], None, [2025])
    assert says in checked.findings[0].says
    assert str(checked.findings[0].source) == "firm/2025/own.yaml, row 3"


def test_a_whole_folder_of_rules_is_no_position_of_a_firm(tmp_path: Path) -> None:
    [checked] = check_years([room("rules")], None, [2025])
    assert [f.says for f in checked.findings] == ["rules is a whole folder of rules, and no position of a firm's own."]


def test_the_tests_of_one_year_may_be_named_by_their_folder() -> None:
    tests, problems = read_tests(room("rules").parent / "tests" / "rules" / "2026")
    assert problems == []
    assert tests
    assert {test.source.file.rpartition("/")[0] for test in tests} == {"tests/rules/2026"}


def test_two_adjustments_of_the_main_home_in_the_instructions_are_one_by_a_firms_rule(tmp_path: Path) -> None:
    """Form 8949 instructions (2025), Column (g), Example: codes EH, (220,000), nothing left.

    No shipped rule concludes H, as no ledger of Niner has a home, and Form 1099-S is not read: the form stands for it
    here, and a second rule of the firm has its box.
    """
    rule = (
        "decides: exclusion_code\nconcludes: [none, H]\nrules:\n"
        "  - id: main_home\n    says: The gain on the main home, below the limit, is left out of income.\n"
        "    authority: IRC §121(a) and (b); Form 8949 instructions, code H\n"
        "    when: {asset_class: security, term: long, result: gain}\n    overrides: [nothing_left_out]\n    then: H\n"
    )
    box = (
        "decides: box\nrules:\n"
        "  - id: main_home_box\n    says: A home on Form 1099-S is in the box of what no broker's form reports.\n"
        "    authority: Form 8949 instructions (2025), Box F or Box L\n"
        "    when: {asset_class: security, term: long, form: 1099-B, result: gain}\n"
        "    overrides: [long_basis_not_reported]\n    then: F\n"
    )
    rules = load_rules(2025, (write(tmp_path, y2025__exclusion_code=rule, y2025__box=box),))
    home = {"class": "security", "acquired": "2015-05-01", "disposed": "2025-06-02"}
    home |= {"received": 320_000, "fees": 20_000, "basis": 100_000, "form": {"name": "1099-B", "proceeds": 320_000}}
    found = stated_columns(home, rules)
    amounts = {"d": 320_000_00, "e": 100_000_00, "g": -220_000_00, "h": 0}
    assert found == {"box": "F", "line": "10", "f": "EH"} | amounts
