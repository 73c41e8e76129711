"""What is kept between runs is what would be made anew, is nobody else's, and never stands in the way."""

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import prod
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import jinja2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niner.process import kept as module
from niner.process.kept import kept, key_of
from niner.resources import room
from niner.rules import year as year_module
from niner.rules.compiling.years import years_in
from niner.rules.deciding.grouping import reference_holding
from niner.rules.deciding.probe import classes, combinations, probes
from niner.rules.language.values import Decision
from niner.rules.year import YearRules
from niner.shown import pages


@dataclass(frozen=True, slots=True)
class Leaf:
    name: str
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    leaves: dict[Any, Leaf]
    others: tuple[object, ...]


@dataclass(frozen=True)
class Row:
    """What stands in a dict of many, of which all are asked for."""

    a: Any
    b: Any
    c: Any


class Named(NamedTuple):
    name: str
    number: int


VALUE = Tree(
    {number: Leaf(f"n{number}", Decimal("0.10")) for number in range(40)},
    (Fraction(1, 3), date(2025, 4, 15), [1, True, None, 2.5], MappingProxyType({("a", 1): Leaf("§")}), Path("a/b")),
)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.delenv("NINER_NO_CACHE", raising=False)
    monkeypatch.setattr(module, "_folder", lambda: tmp_path / "cache" / "kept")
    return tmp_path / "cache" / "kept"


def made_anew() -> Tree:
    """VALUE through the cache; raises AssertionError where it was made and not found."""
    return kept("t", key_of((), [b"1"]), (Tree, Leaf), lambda: pytest.fail("it was made again"))


def put() -> Path:
    assert kept("t", key_of((), [b"1"]), (Tree, Leaf), lambda: VALUE) is VALUE
    (entry,) = module._folder().iterdir()
    return entry


def test_what_comes_back_is_equal_and_of_the_same_kinds() -> None:
    entry = put()
    found = made_anew()
    assert dict(found.leaves) == VALUE.leaves
    assert found.others == VALUE.others
    assert list(map(type, found.others)) == list(map(type, VALUE.others))
    assert entry.stat().st_mode & 0o777 == 0o600
    assert entry.parent.stat().st_mode & 0o777 == 0o700


def test_what_is_made_when_it_is_asked_for_keeps_its_order_however_it_is_asked_for() -> None:
    put()
    found = made_anew()
    for number in reversed(range(40)):
        assert found.leaves[number] is found.leaves[number]
        assert found.leaves[number] == VALUE.leaves[number]
    assert list(found.leaves.items()) == list(VALUE.leaves.items())
    assert list(found.leaves) == list(range(40))


SCALARS = st.sampled_from([None, True, False, 0, 1, -7, 1.0, -0.0, 2.5, "", "1", "a", "§"])
VALUES = st.recursive(
    SCALARS | st.sampled_from([Decimal("0.10"), Fraction(1, 3), date(2025, 4, 15), Path("a/b"), [1, [2]]]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2).map(tuple),
        st.dictionaries(SCALARS, inner, max_size=2),
        st.dictionaries(SCALARS, inner, max_size=2).map(MappingProxyType),
        st.builds(Named, SCALARS, inner),
        st.builds(Leaf, SCALARS, inner),
    ),
    max_leaves=4,
)
COLUMN = st.lists(VALUES, min_size=1, max_size=3)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(COLUMN, COLUMN, COLUMN)
def test_what_is_kept_column_by_column_comes_back_as_it_was(a: list[Any], b: list[Any], c: list[Any]) -> None:
    value = {f"k{at}": Row(a[at % len(a)], b[at % len(b)], c[at % len(c)]) for at in range(20)}
    records = {record.__name__: record for record in (Row, Leaf, Named)}
    found, beside = module._unpacked(module._packed((value, "beside"), records, {Row}), records)
    assert isinstance(found, module._Together)
    assert (repr(dict(found)), beside) == (repr(value), "beside")
    assert (list(found), len(found), "k3" in found, 3 in found) == (list(value), 20, True, False)
    assert list(found.items()) == list(value.items())
    assert (list(found.values()), found["k3"]) == (list(value.values()), value["k3"])


def test_a_record_that_is_named_twice_is_one() -> None:
    leaf = Leaf("twice")
    kept("t", key_of((), [b"1"]), (Tree, Leaf, Named), lambda: Tree({1: leaf}, (leaf, Leaf("once"), Named("b", 2))))
    found: Tree = kept("t", key_of((), [b"1"]), (Tree, Leaf, Named), lambda: pytest.fail("it was made again"))
    assert found.leaves[1] is found.others[0]
    assert found.others == (leaf, Leaf("once"), Named("b", 2))
    assert isinstance(found.others[2], Named)


@pytest.mark.parametrize("spoil", ["cut", "changed", "empty", "open", "folder open", "link", "other record"])
def test_an_entry_that_is_broken_or_not_one_s_own_is_made_again(spoil: str) -> None:
    entry = put()
    data = entry.read_bytes()
    if spoil == "cut":
        entry.write_bytes(data[: len(data) // 2])
    elif spoil == "changed":
        entry.write_bytes(data.replace(b"n7", b"n8"))
    elif spoil == "empty":
        entry.write_bytes(b"")
    elif spoil == "open":
        entry.chmod(0o622)
    elif spoil == "folder open":
        entry.parent.chmod(0o777)
    elif spoil == "link":
        entry.rename(entry.with_name("elsewhere"))
        entry.symlink_to("elsewhere")
    else:  # whole and one's own, but it asks for a record that the caller does not know
        heads, *others = data[65:].split(b"\n")
        body = b"\n".join([heads.replace(b'"Leaf"', b'"Popen"'), *others])
        assert body != data[65:]
        entry.write_bytes(module._checksum(key_of((), [b"1"]), body).encode() + b"\n" + body)
    again = Tree({}, ())
    assert kept("t", key_of((), [b"1"]), (Tree, Leaf), lambda: again) is again


def test_nothing_is_read_or_written_where_that_is_asked(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    put()
    monkeypatch.setenv("NINER_NO_CACHE", "1")
    again = Tree({}, ())
    assert kept("t", key_of((), [b"1"]), (Tree, Leaf), lambda: again) is again
    kept("u", key_of((), [b"1"]), (Tree, Leaf), lambda: again)
    assert len(list(cache.iterdir())) == 1


def test_a_cache_that_cant_be_written_costs_nothing_else(cache: Path) -> None:
    cache.parent.write_text("in the way")
    assert kept("t", key_of((), [b"1"]), (Tree, Leaf), lambda: VALUE) is VALUE


def test_an_unknown_record_is_not_kept(cache: Path) -> None:
    assert kept("t", key_of((), [b"1"]), (Tree,), lambda: VALUE) is VALUE
    assert not cache.exists()


def test_the_key_tells_parts_apart() -> None:
    assert len({key_of((), [b"ab", b"c"]), key_of((), [b"a", b"bc"]), key_of(["rules"], [b"ab", b"c"])}) == 3


@pytest.mark.parametrize("year", years_in(room("rules")))
def test_every_year_s_rules_come_back_as_they_were_read(year: int, monkeypatch: pytest.MonkeyPatch) -> None:
    where = room("rules").resolve()
    read, history = year_module._read(year, [], where)
    monkeypatch.setattr(year_module, "_files_read", {})  # as in a process of its own
    year_module._load(year, [], where)  # into the cache
    monkeypatch.setattr(year_module, "_files_read", {})
    monkeypatch.setattr(year_module, "_read", lambda *_: pytest.fail("it was read again"))
    found = year_module._load(year, [], where)
    assert found.history == history
    for part in ("kinds", "decisions", "lines", "parameters", "functions", "titles", "asks", "remarks", "tables"):
        before, after = getattr(read.compiled, part), getattr(found.compiled, part)
        assert list(before) == list(after), part
        for name in before:
            assert plain(before[name]) == plain(after[name]), (part, name)


@pytest.fixture
def compared(cache: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The decisions that are compared with their reading; none has been built yet."""
    found: list[str] = []
    compare = year_module._compare

    def noted(engine: Any, decision: Any, facts: Any) -> Any:
        found.append(decision.name)
        return compare(engine, decision, facts)

    monkeypatch.setattr(year_module, "_compare", noted)
    monkeypatch.setattr(year_module, "_built", {})
    return found


def fresh_rules(monkeypatch: pytest.MonkeyPatch) -> YearRules:
    """The rules of 2024 as a new process has them."""
    monkeypatch.setattr(year_module, "_built", {})
    return year_module._load(2024, [], room("rules").resolve())


def end(rules: YearRules) -> None:
    assert rules._compared is not None
    rules._compared._keep(os.getpid())


def test_each_decision_is_compared_with_its_reading_once_for_the_same_rules_and_engine(
    compared: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def asks(name: str) -> list[str]:
        """A process of its own asks for a decision, and ends."""
        compared.clear()
        rules = fresh_rules(monkeypatch)
        rules._engine(rules.compiled.decisions[name])
        end(rules)
        return compared

    assert asks("term") == ["term"]
    assert asks("term") == []
    assert asks("box") == ["box"]
    assert asks("term") == []
    monkeypatch.setattr(year_module, "engine_files", lambda: b"another build")
    assert asks("term") == ["term"]


def test_what_durable_rules_found_when_it_was_compared_is_kept_and_nothing_that_a_client_has(
    compared: list[str], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = fresh_rules(monkeypatch)
    decisions = [rules.compiled.decisions[name] for name in ("term", "box", "schedule_d_line")]
    facts = {d.name: probes(d, rules.compiled.kinds[d.about].fields) for d in decisions}
    before = {d.name: rules.holding(d, facts[d.name]) for d in decisions}
    end(rules)
    entries = {entry.name: entry.read_bytes() for entry in cache.glob("compared-*")}

    again = fresh_rules(monkeypatch)
    monkeypatch.setattr(year_module, "DurableDecision", lambda decision: pytest.fail("it was built again"))
    assert {d.name: again.holding(d, facts[d.name]) for d in decisions} == before
    assert all(again._engine(d).held == rules._engine(d).held for d in decisions)
    end(again)
    assert {entry.name: entry.read_bytes() for entry in cache.glob("compared-*")} == entries


def count(decision: Decision, rules: YearRules) -> int:
    """How many classes of facts a decision tells apart."""
    return prod(map(len, classes(decision, rules.compiled.kinds[decision.about].fields).values()))


def test_a_class_that_was_not_tried_is_asked_of_durable_rules_and_not_kept(
    compared: list[str], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = fresh_rules(monkeypatch)
    decision = max(rules.compiled.decisions.values(), key=lambda one: count(one, rules))  # more than are tried
    rules._engine(decision)
    end(rules)
    (entry,) = cache.glob("compared-*")
    before = entry.read_bytes()

    again = fresh_rules(monkeypatch)
    every = combinations(classes(decision, again.compiled.kinds[decision.about].fields))
    tried = dict(again._engine(decision).held)
    fact = next(fact for fact in every if decision.class_of(fact) not in tried)
    assert again.holding(decision, [fact]) == reference_holding(decision, [fact])
    assert len(again._engine(decision).held) == len(tried) + 1
    end(again)
    assert entry.read_bytes() == before
    assert compared == [decision.name]


def test_what_checks_the_rules_compares_every_decision_again(
    compared: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = fresh_rules(monkeypatch)
    rules._engine(rules.compiled.decisions["term"])
    end(rules)
    compared.clear()
    rules = fresh_rules(monkeypatch)
    rules.check_engines()
    assert sorted(compared) == sorted(rules.compiled.decisions)


def test_the_code_of_inner_rooms_is_part_of_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "rules" / "compiling" / "lines.py"
    inner.parent.mkdir(parents=True)
    keys = []
    for text in ("one", "two"):
        inner.write_text(text)
        monkeypatch.setattr(module, "_PACKAGE", tmp_path)
        module._code_of.cache_clear()
        module._code_in.cache_clear()
        keys.append(key_of(["rules"], []))
    module._code_of.cache_clear()
    module._code_in.cache_clear()
    assert keys[0] != keys[1]


def test_a_check_loads_nothing_that_writes_or_compiles() -> None:
    names = "ctypes durable pypdfium2 pikepdf niner.report.papers niner.rules.compiling.everything niner.rules.editor "
    names += "niner.brokers.folder niner.forms.packet niner.forms.drawing.draft niner.amend"
    assert loaded("niner.cli.cases.check", names) == []


def test_workpapers_without_forms_load_nothing_that_handles_pdfs() -> None:
    names = "pypdf pypdfium2 pikepdf PIL fontTools niner.forms.packet niner.forms.reading"
    assert loaded("niner.cli.cases.prepare, niner.report.papers, niner.printing.output", names) == []


def loaded(modules: str, names: str) -> list[str]:
    """Which of `names` a new process has loaded once it has loaded `modules`."""
    code = f"import sys, {modules}; print(*(n for n in {names.split()!r} if n in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    return done.stdout.split()


def plain(value: Any) -> Any:
    """A value to compare: `_Later` is no dict, and equals none."""
    if hasattr(value, "__dataclass_fields__"):
        return type(value).__name__, [plain(getattr(value, name)) for name in value.__dataclass_fields__]
    if hasattr(value, "items"):
        return [(plain(key), plain(one)) for key, one in value.items()]
    if isinstance(value, tuple | list):
        return type(value).__name__, [plain(one) for one in value]
    return value


def test_a_firm_s_changed_rule_is_read(tmp_path: Path) -> None:
    firm = tmp_path / "firm"
    (firm / "2025").mkdir(parents=True)
    limit = """parameters:
  capital_loss_limit: {title: T, unit: dollars, authority: IRC §1211(b)(1), address: "https://irs.gov/", value: %s}
"""
    found = []
    for amount in (1000, 2000):
        (firm / "2025" / "own.yaml").write_text(limit % amount)
        year_module._loaded.clear()
        found.append(year_module.load_rules(2025, [firm]).parameter("capital_loss_limit", "single"))
    year_module._loaded.clear()
    assert found == [100_000, 200_000]


@pytest.mark.skipif(os.name != "posix", reason="owners of files")
def test_another_user_s_entry_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    put()
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    again = Tree({}, ())
    assert kept("t", key_of((), [b"1"]), (Tree, Leaf), lambda: again) is again


class Pages:
    """A folder of templates as a new process has it, and what it compiled."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.monkeypatch = folder, monkeypatch
        self.compiled: list[str] = []

    def page(self, themes: tuple[Path, ...] = (), escape: bool = True, **options: Any) -> str:
        pages.templates.cache_clear()
        self.compiled.clear()
        compile = jinja2.Environment.compile

        def noted(environment: Any, source: str, name: str = "", *rest: Any) -> Any:
            self.compiled.append(name)
            return compile(environment, source, name, *rest)

        with self.monkeypatch.context() as patch:
            patch.setattr(jinja2.Environment, "compile", noted)
            patch.setattr(pages, "room", lambda name: self.folder)
            text = pages.templates("own", escape=escape, themes=themes, **options).get_template("a.j2").render(b="<b>")
        pages.templates.cache_clear()
        return text


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pages:
    (tmp_path / "templates" / "own").mkdir(parents=True)
    (tmp_path / "templates" / "own" / "a.j2").write_text("{{ b }} {{ 'x' }}")
    return Pages(tmp_path / "templates", monkeypatch)


def test_a_template_is_compiled_once_for_the_same_text_and_options(made: Pages) -> None:
    assert (made.page(), made.compiled) == ("&lt;b&gt; x", ["a.j2"])
    assert (made.page(), made.compiled) == ("&lt;b&gt; x", [])
    assert (made.page(escape=False), made.compiled) == ("<b> x", ["a.j2"])
    assert (made.page(finalize=shouted), made.compiled) == ("&lt;B&gt; X", ["a.j2"])
    (made.folder / "own" / "a.j2").write_text("{{ b }} {{ 'y' }}")
    assert (made.page(), made.compiled) == ("&lt;b&gt; y", ["a.j2"])
    assert (made.page(), made.compiled) == ("&lt;b&gt; y", [])


def shouted(value: object) -> object:
    return str(value).upper()


def test_a_firm_s_template_and_what_stands_below_it_are_compiled_in_each_process(made: Pages, tmp_path: Path) -> None:
    made.page()
    firm = tmp_path / "firm"
    firm.mkdir()
    for _ in range(2):
        assert (made.page(themes=(firm,)), made.compiled) == ("&lt;b&gt; x", ["a.j2"])


@pytest.mark.skipif(os.name != "posix", reason="owners of files")
@pytest.mark.parametrize("spoil", ["cut", "open", "folder open", "another user's", "not wanted"])
def test_code_that_is_broken_or_not_one_s_own_is_not_run(
    spoil: str, made: Pages, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.page()
    (entry,) = cache.iterdir()
    if spoil == "cut":
        entry.write_bytes(entry.read_bytes()[:-9])
    elif spoil == "open":
        entry.chmod(0o622)
    elif spoil == "folder open":
        cache.chmod(0o777)
    elif spoil == "another user's":
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
    else:
        monkeypatch.setenv("NINER_NO_CACHE", "1")
    assert (made.page(), made.compiled) == ("&lt;b&gt; x", ["a.j2"])
