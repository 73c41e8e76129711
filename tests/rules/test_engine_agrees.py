"""durable_rules, run by the adapter, agrees with the plain reading on random decisions and facts; it fails aloud."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from durable.engine import Ruleset
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from niner.rules import load_rules
from niner.rules.deciding.durable import BATCH, DurableDecision, hash_collision
from niner.rules.deciding.grouping import Grouping, conclude_all, cuts, reference_holding
from niner.rules.deciding.probe import probes
from niner.rules.language.values import Comparison, Condition, Decision, FactValue, Field, Rule
from niner.values import Refused, Source

HERE = Source("here", 1)
FIELDS = {
    "a": Field("a", "text", "", ("x", "y", "z", "1099-DA", "10")),
    "b": Field("b", "text", "", ("x", "yy", "A")),
    "t": Field("t", "yes_no", ""),
    "u": Field("u", "yes_no", ""),
    "n": Field("n", "whole_number", ""),
    "m": Field("m", "whole_number", ""),
}
NUMBERS = st.one_of(
    st.integers(-3, 3), st.sampled_from([0, 1, -1, 2**31, -(2**31), 2**53 + 1, 2**62 - 1, -(2**62) + 1])
)


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    field = draw(st.sampled_from(list(FIELDS.values())))
    if field.type == "whole_number" and draw(st.booleans()):
        operator = draw(st.sampled_from(["gt", "gte", "lt", "lte"]))
        return Comparison(field.name, operator, (draw(NUMBERS),))  # type: ignore[arg-type]
    values: Any = NUMBERS
    if field.type == "yes_no":
        values = st.booleans()
    elif field.type == "text":
        values = st.sampled_from(field.values)
    chosen = draw(st.lists(values, min_size=1, max_size=3, unique=True))
    return Comparison(field.name, draw(st.sampled_from(["in", "not_in"])), tuple(chosen))  # type: ignore[arg-type]


@st.composite
def decisions(draw: st.DrawFn) -> Decision:
    tests = st.lists(comparisons(), max_size=4)
    groups = st.one_of(st.just([]), st.lists(st.lists(comparisons(), min_size=1, max_size=2), min_size=2, max_size=4))
    rules = [
        Rule(f"r{number}", "says", "law", Condition(tuple(draw(tests)), tuple(map(tuple, draw(groups)))), "out", HERE)
        for number in range(draw(st.integers(1, 6)))
    ]
    return Decision("d", "fact", ("out",), tuple(rules), HERE)


FACTS = st.fixed_dictionaries(
    {
        "a": st.sampled_from(FIELDS["a"].values),
        "b": st.sampled_from(FIELDS["b"].values),
        "t": st.booleans(),
        "u": st.booleans(),
        "n": NUMBERS,
        "m": NUMBERS,
    }
)


@settings(max_examples=150, deadline=None)
@given(decisions(), st.lists(FACTS, min_size=1, max_size=60))
def test_the_engine_finds_the_rules_that_the_plain_reading_finds(
    decision: Decision, facts: list[Mapping[str, FactValue]]
) -> None:
    try:
        engine = DurableDecision(decision)
    except Refused as refused:  # over thirty comparisons in one rule
        if "error code: 113" not in refused.findings[0].says:
            raise
        reject()
    assert engine.holding(facts) == reference_holding(decision, facts)
    around = probes(decision, FIELDS)
    assert engine.holding(around) == reference_holding(decision, around)


def test_a_rule_of_more_comparisons_than_the_engine_takes_is_refused_in_words() -> None:
    several = tuple(Comparison("a", "in", ("x", "y", "z")) for _ in range(40))
    with pytest.raises(Refused) as refused:
        DurableDecision(
            Decision("d", "fact", ("out",), (Rule("r", "says", "law", Condition(several), "out", HERE),), HERE)
        )
    (finding,) = refused.value.findings
    assert "does not take the rules of d" in finding.says
    assert "two rules" in finding.todo


@settings(max_examples=150, deadline=None)
@given(decisions(), st.lists(FACTS, min_size=1, max_size=60))
def test_facts_of_one_group_are_treated_alike(decision: Decision, facts: list[Mapping[str, FactValue]]) -> None:
    representatives, positions = Grouping([decision], FIELDS).group(facts)
    alone = reference_holding(decision, facts)
    together = reference_holding(decision, representatives)
    assert [together[position] for position in positions] == alone


@given(decisions(), NUMBERS, NUMBERS)
def test_numbers_between_two_cuts_answer_alike(decision: Decision, low: int, high: int) -> None:
    edges = cuts([decision]).get("n", ())
    if sum(edge < low for edge in edges) != sum(edge < high for edge in edges):
        return
    fact = {"a": "x", "b": "x", "t": True, "u": False, "m": 0}
    assert reference_holding(decision, [fact | {"n": low}]) == reference_holding(decision, [fact | {"n": high}])


def _decision(*rules: Rule) -> Decision:
    return Decision("d", "fact", ("out",), rules, HERE)


BIG = Rule("big", "says", "law", Condition((Comparison("n", "gt", (0,)),)), "out", HERE)
REST = Rule("rest", "says", "law", Condition((Comparison("n", "lte", (0,)),)), "out", HERE)


@pytest.mark.parametrize("count", [0, 1, BATCH - 1, BATCH, BATCH + 1, 2 * BATCH + 7])
def test_no_fact_is_lost_at_the_edges_of_a_batch(count: int) -> None:
    facts = [{"n": number % 3 - 1} for number in range(count)]
    engine = DurableDecision(_decision(BIG, REST))
    assert engine.holding(facts) == [("big",) if fact["n"] > 0 else ("rest",) for fact in facts]


def _broken(action: str, does: Callable[[object], None]) -> DurableDecision:
    """A decision whose rule set, made anew or not, has one action replaced."""
    engine = DurableDecision(_decision(BIG, REST))
    built = engine._built

    def broken() -> Ruleset:
        found = built()
        found._actions[action]._func = does
        return found

    engine._ruleset = broken()
    engine._built = broken  # type: ignore[method-assign]
    return engine


def test_a_fact_dropped_once_is_decided_by_a_rule_set_made_anew() -> None:
    engine = DurableDecision(_decision(BIG, REST))
    engine._ruleset._actions["$all"]._func = lambda closure: None
    assert engine.holding([{"n": 1}, {"n": -1}]) == [("big",), ("rest",)]


def test_an_exception_in_an_action_is_raised_and_not_swallowed() -> None:
    def fails(closure: object) -> None:
        raise ValueError("in the action")

    engine = _broken("big", fails)
    with pytest.raises(Refused, match="The rule engine failed on the decision d: "):
        engine.holding([{"n": 1}])


def test_a_dropped_fact_is_an_error() -> None:
    engine = _broken("$all", lambda closure: None)
    with pytest.raises(Refused, match="lost 1 of 1 facts"):
        engine.holding([{"n": 1}])


def test_the_engine_is_the_same_after_many_batches() -> None:
    engine = DurableDecision(_decision(BIG, REST))
    for _ in range(50):
        assert engine.holding([{"n": 1}, {"n": -1}]) == [("big",), ("rest",)]


def test_fields_that_look_the_same_to_the_engine_are_found() -> None:
    assert hash_collision(["costarring", "liquid", "other"]) == ("costarring", "liquid")
    assert hash_collision(["days", "kind", "days"]) is None


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (1.5, "n must be a whole number, not 1.5"),
        (2**62, "An amount is more than there can be"),
        (True, "n must be a whole number, not True"),
        ("1", "n must be a whole number, not '1'"),
        (None, "n must be a whole number, not None"),
    ],
)
def test_a_number_of_the_wrong_kind_is_refused(value: Any, says: str) -> None:
    with pytest.raises(Refused, match=says.replace("(", r"\(")):
        conclude_all([_decision(BIG, REST)], FIELDS, [{"n": value}], reference_holding)


def test_a_missing_field_is_refused_and_explained() -> None:
    with pytest.raises(Refused, match="Fact 2 has no n, which the rules need"):
        conclude_all([_decision(BIG, REST)], FIELDS, [{"n": 1}, {}], reference_holding)


def test_an_undeclared_word_is_refused_with_a_suggestion() -> None:
    rules = load_rules(2024)
    with pytest.raises(Refused) as caught:
        rules.decide("treatment", [{"kind": "stakin"}])
    [finding] = caught.value.findings
    assert finding.says == "kind must be one of its allowed words, not 'stakin'."
    assert finding.todo == "Did you mean staking?"


def test_two_years_rules_do_not_mix() -> None:
    fact = {"pool_elected": "none"}
    assert [load_rules(year).decide("pool", [fact])[0].value for year in (2024, 2025, 2024)] == [
        "universal",
        "wallet",
        "universal",
    ]


def test_the_same_files_give_the_same_hash_and_a_changed_file_another(tmp_path: Path) -> None:
    from rooms import TERM, write_room

    first = load_rules(2020, (), write_room(tmp_path / "a")).sha256
    again = load_rules(2020, (), write_room(tmp_path / "b")).sha256
    other = load_rules(2020, (), write_room(tmp_path / "c", term=TERM + "# a remark\n")).sha256
    assert first == again
    assert first != other
