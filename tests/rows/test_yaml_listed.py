"""A list in YAML read in one pass: what `parse` gives, or nothing where there is something to say."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from niner.case.rulings import FILE, rulings_in
from niner.words.yaml_text import listed, parse

scalars = st.sampled_from(["Ada", '"a: b"', "''", "~", '"~"', "", "2025-01-01", "0.10", "ledger/a.csv:7", "no", "“ü”"])
flow = st.recursive(
    scalars.filter(bool),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda several: f"[{', '.join(several)}]"),
        st.lists(inner, max_size=3).map(
            lambda several: "{" + ", ".join(f"k{n}: {v}" for n, v in enumerate(several)) + "}"
        ),
    ),
    max_leaves=6,
)
block = st.lists(st.one_of(flow, scalars), min_size=1, max_size=4).map(
    lambda several: "\n  ".join(f"key{n}: {value}" for n, value in enumerate(several))
)
entries = st.lists(st.one_of(flow, block), min_size=1, max_size=4).map(
    lambda several: "- " + "\n- ".join(several) + "\n"
)
broken = st.sampled_from(
    [
        *("- &a x\n", "- *a\n", "- {a: 1, a: 2}\n", "- [\n", "- ? [x]\n  : y\n", "- \x07\n", "- {{a: 1}: 2}\n"),
        *("--- \n- a\n", f"- {'[' * 11}{']' * 11}\n", f"- {'[' * 12}{']' * 12}\n", "a: 1\n", "# none\n", "x\n"),
        *("- !!int 7\n", "- |\n  two\n  lines\n", "- >\n  folded\n  too\n", "- <<: {a: 1}\n", "- 'it''s'\n"),
        *("%YAML 1.1\n---\n- a\n", "...\n- b\n", "\t\n"),
    ]
)


@given(st.lists(st.one_of(entries, broken), min_size=1, max_size=3).map("".join))
@example("")
@example("- a\n--- \n- b\n")
def test_a_list_is_read_as_parse_reads_it(text: str) -> None:
    document, lines, findings = parse(text, "a.yaml")
    found = listed(text)
    if found is None:
        return
    assert not findings
    assert [entry for _, entry in found] == document
    assert [line for line, _ in found] == [lines[n,] for n in range(len(found))]


@given(entries)
def test_what_is_a_list_is_read_at_once(text: str) -> None:
    assert (listed(text) is None) == bool(parse(text, "a.yaml")[2])


@pytest.mark.parametrize(
    "wrong",
    ["- {a: 1, a: 2}", "- &a x", "- *a", "- " + "[" * 12 + "]" * 12, "- ? [x]\n  : y", "- [", "- \x07", "---\n- b"],
)
def test_what_has_to_be_told_is_left_to_parse(wrong: str) -> None:
    assert listed(f"- a\n{wrong}\n") is None
    assert parse(f"- a\n{wrong}\n", "a.yaml")[2]


def test_a_key_that_is_wrong_is_told_with_its_own_line() -> None:
    by = "  by: Ada\n  on: 2025-02-03\n  why: bought last\n"
    text = f"- row: ledger/a.csv:1\n  lots:\n    - from: ledger/a.csv:2\n      quantity: 1\n{by}"
    text += f"- row: ledger/a.csv:3\n  lots:\n    - from: ledger/a.csv:2\n      quantity: none\n{by}  tolled: broker\n"
    rulings, problems = rulings_in(text)
    assert [line for line, _ in rulings] == [1]
    found = {(f.source.row, f.says) for f in problems if f.source}
    assert {(11, "“lots, entry 1.quantity” is no number of units."), (15, "Unknown key “tolled”.")} <= found
    assert {f.source.file for f in problems if f.source} == {FILE}
