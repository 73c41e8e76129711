"""A wrong rule file of each kind gives its file, row and column, a sentence, and what to do."""

import re
from pathlib import Path

import pytest
from rooms import FACTS, FORM, LIMIT, REMARKS, TERM, YEAR, write_room

from niner.rules import load_rules
from niner.rules.editor.checking import check_years
from niner.values import Finding, Refused


def refused(folder: Path, **changed: str) -> list[Finding]:
    room = write_room(folder, **changed)
    with pytest.raises(Refused) as caught:
        load_rules(2020, (), room)
    return caught.value.findings


def in_term(old: str, new: str) -> dict[str, str]:
    assert old in TERM
    return {"term": TERM.replace(old, new)}


def in_form(old: str, new: str) -> dict[str, str]:
    assert old in FORM
    return {"form": FORM.replace(old, new)}


def in_limit(old: str, new: str) -> dict[str, str]:
    assert old in LIMIT
    return {"limit": LIMIT.replace(old, new)}


def in_remarks(old: str, new: str) -> dict[str, str]:
    assert old in REMARKS
    return {"remarks": REMARKS.replace(old, new)}


def in_facts(old: str, new: str) -> dict[str, str]:
    assert old in FACTS
    return {"facts": FACTS.replace(old, new)}


BROKEN = {
    # The file itself
    "a tab in the indentation": (in_term("  - id: short", "\t- id: short"), "term.yaml", 6, "indented with a tab"),
    "a quote left open": (in_term("says: Short.", 'says: "Short.'), "term.yaml", None, "not valid YAML"),
    "an empty file": ({"term": ""}, "term.yaml", None, "is empty"),
    "a list for a file": ({"term": "- a\n"}, "term.yaml", 1, "is a mapping that starts with"),
    "a file of no kind": ({"term": "rules: []\n"}, "term.yaml", 1, "its kind can't be told"),
    "a duplicate key": (
        in_term("    then: short", "    then: short\n    then: long"),
        "term.yaml",
        10,
        "a second time",
    ),
    "a rate above the whole": (
        in_limit("unit: dollars", "unit: rate"),
        "limit.yaml",
        6,
        "3000 is more than 1",
    ),
    "an amount below zero": (in_limit("value: 3000", "value: -3000"), "limit.yaml", 6, "-3000 is below zero"),
    "a day that does not exist": (
        in_limit(
            "dollars\n    authority: IRC §1211(b)\n    value: 3000",
            "date\n    authority: IRC §1\n    value: 2024-02-30",
        ),
        "limit.yaml",
        6,
        "2024-02-30 is no day",
    ),
    "an authority that cites nothing": (in_limit("IRC §1211(b)", '"-"'), "limit.yaml", 5, "cites nothing"),
    "an octal number": (in_limit("value: 3000", "value: 03000"), "limit.yaml", 6, "octal"),
    "a thousands separator": (in_limit("value: 3000", "value: 3,000"), "limit.yaml", 6, "Write 3000"),
    "an underscored number": (in_limit("value: 3000", "value: 3_000"), "limit.yaml", 6, "Write 3000"),
    "an exponent": (in_limit("value: 3000", "value: 3e3"), "limit.yaml", 6, "floating-point"),
    "an anchor": (in_term("says: Short.", "says: &a Short."), "term.yaml", 7, "alias or anchor"),
    "a YAML tag": (in_term("says: Short.", "says: !!python/name:os.system x"), "term.yaml", 7, "has no meaning"),
    "nesting without end": ({"term": "a: " + "[" * 50_000}, "term.yaml", 1, "nesting is deeper"),
    # Names
    "an unknown key in a rule": (in_term("authority: IRC §1222(1)", "autority: IRC"), "term.yaml", 8, "Did you mean"),
    "an unknown field": (in_term("{days: {gt: 0}}", "{day: {gt: 0}}"), "term.yaml", 13, "Did you mean days?"),
    "an unknown value": (in_term("{days: {gt: 0}}", "{kind: sale}"), "term.yaml", 13, "kind is never 'sale'"),
    "an unknown comparison": (in_term("{gt: 0}", "{over: 0}"), "term.yaml", 13, "`over` is no comparison"),
    "an unknown conclusion": (in_term("then: long", "then: lang"), "term.yaml", 15, "Did you mean long?"),
    "an unknown overridden rule": (in_term("[short]", "[shrt]"), "term.yaml", 14, "Did you mean short?"),
    "an unknown kind of fact": (in_term("about: sale", "about: sales"), "term.yaml", 2, "Did you mean sale?"),
    "an unknown line": (in_form("L1 + L2", "L1 + L22"), "form.yaml", 6, "`L22` names nothing"),
    "an unknown case figure": (in_form("case.wages", "case.wage"), "form.yaml", 4, "Did you mean case.wages?"),
    "an unknown parameter": (in_form("> limit", "> limits"), "form.yaml", 7, "`limits` names nothing"),
    "a rule id twice": (in_term("id: long", "id: short"), "term.yaml", 10, "used twice"),
    # Rules
    "no authority": (in_term("    authority: IRC §1222(1)\n", ""), "term.yaml", 6, "has no `authority`"),
    "an empty authority": (in_term("authority: IRC §1222(1)", 'authority: ""'), "term.yaml", 8, "has no `authority`"),
    "no id": (in_term("  - id: short\n    says", "  - says"), "term.yaml", 6, "has no `id`"),
    "no rules": ({"term": TERM.partition("rules:")[0]}, "term.yaml", 1, "no `rules`"),
    "a yes/no word for a truth": (
        in_term("{days: {gt: 0}}", "{reported: yes}"),
        "term.yaml",
        13,
        "Write true or false",
    ),
    "a truth for a word": (in_term("then: long", "then: true"), "term.yaml", 15, "must be a word"),
    "a date where days belong": (in_term("{gt: 0}", "{gt: 2024-01-01}"), "term.yaml", 13, "whole number of days"),
    "a fraction of a day": (in_term("{gt: 0}", "{gt: 0.5}"), "term.yaml", 13, "whole number of days"),
    "an order of words": (in_term("{days: {gt: 0}}", "{kind: {gt: sell}}"), "term.yaml", 13, "compares whole numbers"),
    "a number beyond the engine": (in_term("{gt: 0}", f"{{gt: {2**62}}}"), "term.yaml", 13, "digits|whole number"),
    "a circle of overrides": (
        in_term("    then: short", "    overrides: [long]\n    then: short"),
        "term.yaml",
        6,
        "override one another in a circle",
    ),
    "a list in place of a condition": (in_term("{days: {gt: 0}}", "[days]"), "term.yaml", 13, "must be a mapping"),
    "one alternative": (in_term("{days: {gt: 0}}", "{any_of: [{kind: fee}]}"), "term.yaml", 13, "two or more"),
    "an unknown severity": (
        in_term("    then: long", "    tell: warning\n    then: long"),
        "term.yaml",
        15,
        "note, review",
    ),
    "a decision named like a field": (
        in_term("decides: term", "decides: kind"),
        "term.yaml",
        1,
        "already a declared field",
    ),
    "a value twice": (in_term("{days: {gt: 0}}", "{kind: [sell, sell]}"), "term.yaml", 13, "twice"),
    # Remarks
    "an unknown field in a sentence": (
        in_remarks("over {amount}", "over {amonut}"),
        "remarks.yaml",
        6,
        "(?s)amonut.*column 11.*Did you mean amount",
    ),
    "an unknown field in what to do": (in_remarks("Ask {seller}.", "Ask {sellers}."), "remarks.yaml", 7, "sellers"),
    "a count of words": (in_remarks("Ask {seller}.", "Ask {seller|a|b}."), "remarks.yaml", 7, "needs a whole number"),
    "a brace alone": (in_remarks("Ask {seller}.", "Ask {seller."), "remarks.yaml", 7, "A brace stands alone"),
    "a sentence that starts with a brace": (
        in_remarks('"{days|day|days} is over {amount}."', "{days} is over."),
        "remarks.yaml",
        None,
        "not valid YAML|in quotes",
    ),
    "a sentence that is a brace": (
        in_remarks('"{days|day|days} is over {amount}."', "{days}"),
        "remarks.yaml",
        6,
        "Put the sentence in quotes",
    ),
    "a test of free text": (in_remarks("{days: {gt: 9}}", "{seller: x}"), "remarks.yaml", 10, "no rule can test"),
    "a remark without authority": (in_remarks("    authority: IRC §1\n", ""), "remarks.yaml", 4, "no `authority`"),
    "a remark without severity": (in_remarks("    tell: review\n", ""), "remarks.yaml", 4, "note, review or error"),
    "a remark with an unknown severity": (in_remarks("review", "reveiw"), "remarks.yaml", 5, "Did you mean review"),
    "a remark that concludes": (in_remarks("    tell:", "    then: x\n    tell:"), "remarks.yaml", 5, "means nothing"),
    "a remark twice": (
        {"remarks": REMARKS + REMARKS.partition("rules:\n")[2]},
        "remarks.yaml",
        11,
        "remark id late is used twice",
    ),
    "a remark named like a decision": (in_remarks("id: late", "id: term"), "remarks.yaml", 4, "taken by a decision"),
    "a remark of another topic's name": (
        {"remarks": REMARKS, "more": REMARKS.replace("remarks: sales", "remarks: more")},
        "",
        4,
        "taken by the remarks",
    ),
    "remarks about what none are printed of": (
        in_remarks("about: sale", "about: quiet"),
        "remarks.yaml",
        2,
        "(?s)never printed.*sale",
    ),
    "remarks about nothing": (in_remarks("about: sale\n", ""), "remarks.yaml", 1, "no `about`"),
    "remarks about an unknown kind": (
        in_remarks("about: sale", "about: sales"),
        "remarks.yaml",
        2,
        "Did you mean sale",
    ),
    "money at stake that is no money": (in_remarks("amount: amount", "amount: days"), "remarks.yaml", 9, "in cents"),
    "a finding that is no name": (
        in_remarks("    tell:", "    finding: a b\n    tell:"),
        "remarks.yaml",
        5,
        "short name",
    ),
    "an unknown remark retired": (
        {"remarks": REMARKS + "retire: {lat: gone}\n"},
        "remarks.yaml",
        11,
        "Did you mean late",
    ),
    # Worksheets
    "a formula that is no formula": (in_form("L1 + L2", '"L1 +"'), "form.yaml", 6, "not well formed"),
    "code in a formula": (
        in_form("L1 + L2", "__import__('os').system('x')"),
        "form.yaml",
        6,
        "not part of the formula",
    ),
    "a comprehension": (in_form("L1 + L2", '"max([x for x in L1])"'), "form.yaml", 6, "not part of|two or more"),
    "a sum without end": (in_form("L1 + L2", "1" + "+1" * 900), "form.yaml", 6, "nested too deeply"),
    "a power": (in_form("L1 + L2", "L1 ** 9"), "form.yaml", 6, "not part of the formula"),
    "a condition added to an amount": (
        in_form("L1 + L2", "L1 + (L2 > 0)"),
        "form.yaml",
        6,
        "a condition where an amount",
    ),
    "an amount for a condition": (in_form("blank_if_zero: true", "when: L1"), "form.yaml", 5, "where|not a condition"),
    "an amount compared with a word": (
        in_form("L3 > limit", "\"L3 == 'x'\""),
        "form.yaml",
        7,
        "a word where an amount",
    ),
    "a circle of lines": (in_form("value: case.wages", "value: L3"), "form.yaml", None, "in a circle: f1.L1"),
    "a line without formula": (in_form(", value: L1 + L2", ""), "form.yaml", 6, "either `value` or `columns`"),
    "a line that can't be printed": (
        in_form("  3: {says: Sum.", '  "3-b": {says: Sum.'),
        "form.yaml",
        6,
        "can't be a line",
    ),
    "a line without authority": (in_form("authority: line 2, ", ""), "form.yaml", 5, "has no `authority`"),
    "min of one": (in_form("L1 + L2", "min(L1)"), "form.yaml", 6, "two or more"),
    # Parameters
    "a dollar sign": (in_limit("value: 3000", "value: $3000"), "limit.yaml", 6, "is no amount of dollars"),
    "a thousands separator in braces": (
        in_limit("value: 3000", "value: {single: 3,000}"),
        "limit.yaml",
        6,
        "3,000 is not a number in YAML",
    ),
    "a tenth of a cent": (in_limit("value: 3000", "value: 3000.001"), "limit.yaml", 6, "is not in whole cents"),
    "a missing status": (
        in_limit("value: 3000", "value: {single: 3000}"),
        "limit.yaml",
        6,
        "no value for married_joint",
    ),
    "a wrong status": (in_limit("value: 3000", "value: {singel: 3000}"), "limit.yaml", 6, "Did you mean single?"),
    "no unit": (in_limit("    unit: dollars\n", ""), "limit.yaml", 3, "needs a `unit`"),
    "a value without authority": (in_limit("    authority: IRC §1211(b)\n", ""), "limit.yaml", 3, "authority"),
    # Years
    "a year that is another": ({"year": YEAR.replace("2020", "2021")}, "year.yaml", 1, "`year` must be 2020"),
    "no status": ({"year": "year: 2020\n"}, "year.yaml", 1, "final or draft"),
    "a year that extends itself": ({"year": YEAR + "extends: 2020\n"}, "year.yaml", 3, "must be an earlier year"),
    "a year that extends none there": ({"year": YEAR + "extends: 2019\n"}, "year.yaml", 3, "must be an earlier year"),
    "something unknown retired": ({"term": TERM + "retire: {shrt: gone}\n"}, "term.yaml", 16, "Did you mean short?"),
    "retired without a reason": ({"term": TERM + "retire: {long: }\n"}, "term.yaml", 16, "needs its reason"),
    # Vocabulary
    "a field from an unknown line": (
        in_facts("unit: days,", "unit: cents, from: f1.L9,"),
        "facts.yaml",
        7,
        "must name an amount",
    ),
    "a field from a line of another type": (
        in_facts("type: yes_no, meaning: on", "type: yes_no, from: f1.L3, meaning: on"),
        "facts.yaml",
        8,
        "must name a yes/no",
    ),
    "words from a line": (in_facts("{type: words,", "{type: words, from: f1.L3,"), "facts.yaml", 9, "whole_number in"),
    "an unknown key of a kind": (in_facts("    remarks: true", "    remark: true"), "facts.yaml", 4, "means nothing"),
    "remarks that are neither true nor false": (
        in_facts("    remarks: true", "    remarks: maybe"),
        "facts.yaml",
        4,
        "true or false",
    ),
    "a field without type": (in_facts("type: yes_no, meaning: on", "meaning: on"), "facts.yaml", 8, "no known type"),
    "a text field without values": (in_facts("values: [sell, trade, fee], ", ""), "facts.yaml", 6, "allowed `values`"),
    "a field without meaning": (in_facts(", meaning: held", ""), "facts.yaml", 7, "no `meaning`"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_is_refused_with_place_and_advice(what: str, tmp_path: Path) -> None:
    changed, file, row, says = BROKEN[what]
    findings = refused(tmp_path, **changed)
    hits = [f for f in findings if re.search(says, f"{f.says} {f.todo}")]
    assert hits, [(str(f.source), f.says, f.todo) for f in findings]
    hit = hits[0]
    assert hit.source is not None
    assert hit.source.file.endswith(file)
    assert row is None or hit.source.row == row
    assert hit.severity == "error"
    assert hit.todo
    assert hit.source.row == 0 or "column" in hit.says or hit.id == "rules.cycle"


def test_there_are_more_than_thirty_kinds() -> None:
    assert len(BROKEN) >= 60


def test_all_problems_of_all_files_come_together(tmp_path: Path) -> None:
    findings = refused(
        tmp_path, **in_term("then: long", "then: lang"), **in_limit("3000", "$3000"), **in_form("L2}", "L9}")
    )
    assert {f.source.file for f in findings if f.source} == {
        "rules/2020/term.yaml", "rules/2020/limit.yaml", "rules/2020/form.yaml",
    }  # fmt: skip


def test_a_year_without_rules_names_the_years_there_are(tmp_path: Path) -> None:
    room = write_room(tmp_path)
    with pytest.raises(Refused) as caught:
        load_rules(2019, (), room)
    [finding] = caught.value.findings
    assert finding.says == "There are no rules for tax year 2019."
    assert "2020" in finding.todo


def test_a_circle_of_decisions_is_refused(tmp_path: Path) -> None:
    box = TERM.replace("term", "box").replace("[short, long]", "[a, b]").replace("then: short", "then: a")
    box = box.replace("then: long", "then: b").replace("{days: {gt: 0}}", "{term: long}")
    findings = refused(tmp_path, box=box, **in_term("{days: {gt: 0}}", "{box: b}"))
    assert [f.says for f in findings] == ["Decisions read one another in a circle: box → term → box."]


def test_a_gap_is_shown_with_an_example(tmp_path: Path) -> None:
    text = TERM.replace("    then: short", "    when: {days: {lt: 0}}\n    then: short")
    room = write_room(tmp_path, term=text)
    [checked] = check_years((), room)
    [finding] = checked.findings
    assert finding.says == (
        "No rule of term holds (days: 0). short fails: it needs that days is less than 0; "
        "long fails: it needs that days is more than 0"
    )
    assert not checked.ok


def test_a_clash_is_shown_with_an_example(tmp_path: Path) -> None:
    room = write_room(tmp_path, **in_term("    overrides: [short]\n", ""))
    [checked] = check_years((), room)
    [finding] = checked.findings
    assert finding.says.startswith(
        "The rules short and long of term both hold (days: 1): short in rules/2020/term.yaml"
    )
    assert finding.source is not None
    assert finding.source.row == 10


def test_a_rule_that_can_never_decide_is_pointed_out(tmp_path: Path) -> None:
    more = TERM + "  - {id: very_long, says: x, authority: IRC §1, when: {days: {gt: 9}}, then: long}\n"
    more = more.replace("overrides: [short]", "overrides: [short, very_long]")
    [checked] = check_years((), write_room(tmp_path, term=more))
    assert checked.ok
    assert [f.says.split(":")[0] for f in checked.findings] == ["The rule term/very_long never decides"]


def test_a_conclusion_that_no_rule_draws_is_pointed_out(tmp_path: Path) -> None:
    [checked] = check_years((), write_room(tmp_path, **in_term("[short, long]", "[short, long, never]")))
    assert checked.ok
    assert [f.says for f in checked.findings] == ["No rule of term concludes never."]


def test_a_decision_that_was_proved_is_proved_again_where_anything_that_bears_on_it_is_another(tmp_path: Path) -> None:
    """The file of the decision is the same in every room: what it reads, what can occur, and what it is are not."""
    box = TERM.replace("decides: term", "decides: box").replace("[short, long]", "[a, b]").replace("short", "a")
    box = box.replace("then: long", "then: b").replace("id: long", "id: b").replace("{days: {gt: 0}}", "{term: long}")
    never = "    never: [{when: {days: {gt: 0}}, says: Nothing is held.}]\n"
    rooms: dict[str, dict[str, str]] = {
        "sound": {},
        "what it reads concludes otherwise": {"term": TERM.replace("then: long", "then: short")},
        "what is held does not occur": {"facts": FACTS.replace("    remarks: true\n", "    remarks: true\n" + never)},
        "sound again": {},
    }
    found = {
        name: [f.says.split(":")[0] for f in check_years((), write_room(tmp_path / name, box=box, **files))[0].findings]
        for name, files in rooms.items()
    }
    assert found["sound"] == found["sound again"] == []
    assert "The rule box/b never decides" in found["what it reads concludes otherwise"]
    assert "The rule box/b never decides" in found["what is held does not occur"]


def test_a_sound_room_is_sound(tmp_path: Path) -> None:
    [checked] = check_years((), write_room(tmp_path))
    assert checked.ok
    assert checked.findings == ()
