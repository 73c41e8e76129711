"""Turns a tax year into its rules, ready to decide facts and evaluate worksheets."""

import atexit
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from hashlib import sha256
from itertools import compress
from pathlib import Path

from niner.dataclass import dataclass
from niner.files.reading import YAML_BYTES, Unreadable, read_bytes
from niner.process.kept import keep, kept, key_of, own_bytes
from niner.resources import room as data_room
from niner.rules.compiling.change import Change
from niner.rules.compiling.compiled import Compiled
from niner.rules.compiling.years import years_in
from niner.rules.deciding.durable import DurableDecision, engine_files
from niner.rules.deciding.facts import Concluded, Facts, names_of
from niner.rules.deciding.grouping import conclude_all, may_conclude, reference_holding, upstream
from niner.rules.deciding.probe import tried
from niner.rules.deciding.saying import Said, said_of
from niner.rules.language.suggest import suggestion
from niner.rules.language.values import (
    FILING_STATUSES,
    RECORDS,
    SAID,
    CaseInput,
    Conclusion,
    Decision,
    FactValue,
    Field,
    Line,
    LineName,
    Place,
    Row,
)
from niner.rules.worksheets import (
    Lines,
    Reads,
    WorksheetInputs,
    evaluate_lines,
    evaluate_moved,
    evaluate_some,
    reads_by_line,
)
from niner.values import Finding, Refused, Source

_loaded: dict[tuple[int, tuple[str, ...], str, int], "YearRules"] = {}
_files_read: dict[tuple[int, str], "Read"] = {}
"""What a year's files say, by the key of all of them; a process that was forked from this one has it too, where engines
of durable_rules are each process's own."""
_built: dict[tuple[int, Decision, tuple[Field, ...]], "_Built"] = {}
"""Every decision in durable_rules that this process has built: years and a firm's folders share those that are alike,
as one takes some 300 KB that are never given back."""
Held = dict[tuple[FactValue, ...], tuple[str, ...]]
"""The ids of the rules that hold of each class of facts that a decision can tell apart."""


@dataclass(slots=True)
class _Built:
    """A decision in durable_rules, and what it found where it was compared with the plain reading, if it was."""

    durable: DurableDecision
    compared: Held | None = None


@dataclass(frozen=True, slots=True)
class _Engine:
    """A decision, what durable_rules found of each class of facts, and what builds it there for a class that is new."""

    held: Held
    built: Callable[[], _Built]


@dataclass(frozen=True, slots=True)
class Read:
    """A year's files, read and checked: what is kept of them. `positions` are a firm's own changes."""

    year: int
    sha256: str
    draft: bool
    says: str
    compiled: Compiled
    case: Mapping[str, CaseInput]
    positions: tuple[Change, ...]


class Compared:
    """The decisions of one year's cached rules that were found, on this machine, to be decided by durable_rules as they
    read, with the rules that it found to hold of each class of facts it was tried on. Those are made up from the rules
    alone, never a client's. The key is that of the rules and of the engine's own files: a change of either begins anew.
    """

    def __init__(self, year: int, key: str) -> None:
        self._name, self._key = f"compared-{year}", key
        self._before = self._read()
        self._new: dict[str, str] = {}

    def held(self, decision: Decision) -> Held | None:
        """What durable_rules found of a decision that was compared, None where it was not."""
        text = self._before.get(decision.name)
        if text is None:
            return None
        ids = [rule.id for rule in decision.rules]
        return {tuple(alike): tuple([ids[at] for at in places]) for alike, places in json.loads(text)}

    def add(self, decision: Decision, held: Held) -> None:
        """Notes a decision that was compared, with what was found; it is kept when the process ends."""
        if not self._new:
            atexit.register(self._keep, os.getpid())
        place = {rule.id: at for at, rule in enumerate(decision.rules)}
        found = [[alike, [place[id] for id in ids]] for alike, ids in held.items()]
        self._new[decision.name] = json.dumps(found, separators=(",", ":"))

    def _read(self) -> Mapping[str, str]:
        return kept(self._name, self._key, (), dict[str, str])

    def _keep(self, process: int) -> None:
        if process == os.getpid():
            keep(self._name, self._key, dict(sorted({**self._read(), **self._new}.items())))


class YearRules:
    """One tax year's rules: decisions run by durable_rules, worksheets, parameters. Immutable once loaded."""

    def __init__(self, read: Read, history: Callable[[], tuple[Change, ...]], compared: Compared | None = None) -> None:
        self._compared = compared
        self._history = history
        self.year = read.year
        self.sha256 = read.sha256
        self.draft = read.draft
        self.about = read.says
        self.compiled = read.compiled
        self.case_inputs = read.case
        self.positions = read.positions
        self._reads: Reads = {}
        self._read_of_case: frozenset[str] = frozenset()
        self._engines: dict[str, _Engine] = {}

    @property
    def history(self) -> tuple[Change, ...]:
        """Every change of every file that led to these rules, read when it is asked for: no return needs it."""
        return self._history()

    def check_engines(self) -> None:
        """Builds the engine of every decision and compares it now, whatever was found before. Raises Refused."""
        for decision in self.compiled.decisions.values():
            self._compare(decision)

    def _engine(self, decision: Decision) -> _Engine:
        """A decision with what durable_rules finds of it: compared with the plain reading of every condition at its
        boundaries, once for the same rules and engine, before it is first asked. Raises Refused where they differ."""
        if decision.name not in self._engines:
            held = None if self._compared is None else self._compared.held(decision)
            if held is None:
                held = self._compare(decision)
                if self._compared is not None:
                    self._compared.add(decision, held)
            self._engines[decision.name] = _Engine(dict(held), lambda: self._build(decision))
        return self._engines[decision.name]

    def _build(self, decision: Decision) -> _Built:
        fields = self.compiled.kinds[decision.about].fields
        key = os.getpid(), decision, tuple(fields[name] for name in decision.reads)
        if key not in _built:
            _built[key] = _Built(DurableDecision(decision))
        return _built[key]

    def _compare(self, decision: Decision) -> Held:
        """What durable_rules finds of a decision at its boundaries. Raises Refused where it reads otherwise."""
        built = self._build(decision)
        if built.compared is None:
            facts = tried(decision, self.compiled.kinds[decision.about].fields)
            built.compared = _compare(built.durable, decision, facts)
        return built.compared

    def decide(self, decision: str, facts: Sequence[Mapping[str, FactValue]]) -> list[Conclusion]:
        """The conclusion for each fact, in the same order. Raises Refused where there is not exactly one."""
        about = self._decision(decision).about
        return [conclusions[decision] for conclusions in self.conclude(about, facts, (decision,))]

    def may_conclude(self, decision: str, value: str, known: Mapping[str, FactValue]) -> bool:
        """Whether a decision could come to `value` for facts of which only some fields are known."""
        return may_conclude(self._decision(decision), value, known)

    def conclude(
        self, about: str, facts: Sequence[Mapping[str, FactValue]], decisions: Sequence[str] | None = None
    ) -> Concluded:
        """All (or the named) decisions about a kind of fact; earlier conclusions are facts for later ones.

        What a rule of theirs reads is decided as well, unless the facts give it.
        """
        if about not in self.compiled.kinds:
            raise Refused(
                [
                    Finding(
                        "rules.unknown-name",
                        "error",
                        f"There is no kind of fact {about}.",
                        suggestion(about, self.compiled.kinds),
                        value=about,
                    )
                ]
            )
        if decisions is None:
            chosen = [
                found
                for name, found in self.compiled.decisions.items()
                if found.about == about and name not in self.compiled.remarks
            ]
        else:
            names = [self._decision(name).name for name in decisions]
            chosen = upstream(names, self.compiled.decisions, names_of(facts))
        fields = self.compiled.kinds[about].fields
        return conclude_all(chosen, fields, facts, self.holding)

    def holding(self, decision: Decision, facts: Sequence[Mapping[str, FactValue]]) -> list[tuple[str, ...]]:
        """The ids of the rules of a decision that durable_rules finds to hold, for each fact.

        It is asked once about each class of facts that these rules can tell apart, however many returns are worked out;
        what it was asked when it was compared, once for the same rules and engine.
        """
        engine = self._engine(decision)
        held = engine.held
        classes = [decision.class_of(fact) for fact in facts]
        new = {alike: fact for alike, fact in zip(classes, facts, strict=True) if alike not in held}
        if new:
            held.update(zip(new, engine.built().durable.holding(list(new.values())), strict=True))
        return [held[alike] for alike in classes]

    def remarks(self, about: str, facts: Sequence[Mapping[str, FactValue]]) -> list[tuple[Said, ...]]:
        """What the remarks about a kind of fact have to say of each; facts need every field that a remark prints.

        A decision that a remark reads or prints is made here unless the facts give it.
        """
        remarks = [remark for remark in self.compiled.remarks.values() if remark.about == about]
        if not remarks or not facts:
            return [()] * len(facts)
        fields = self.compiled.kinds[about].fields
        printed = {name for remark in remarks for name in remark.prints if fields[name].decided}
        given = names_of(facts)
        needed = [*(remark.id for remark in remarks), *(name for name in printed if name not in given)]
        chosen = upstream(needed, self.compiled.decisions, given)
        concluded = conclude_all(chosen, fields, facts, self.holding)
        speaking = [[remark for remark in remarks if shared[remark.id].value == SAID] for shared in concluded.shared]
        if not any(speaking):
            return [()] * len(facts)
        # What is said follows from the conclusions and from the fields that it prints: rows alike in those share it.
        read = [
            [name for name in dict.fromkeys(name for remark in those for name in remark.prints) if name not in shared]
            for those, shared in zip(speaking, concluded.shared, strict=True)
        ]
        known: dict[tuple[object, ...], tuple[Said, ...]] = {}
        found: list[tuple[Said, ...]] = [()] * len(facts)
        for at in compress(range(len(facts)), map(speaking.__getitem__, concluded.places)):
            place = concluded.places[at]
            fact = facts.some(at, read[place]) if isinstance(facts, Facts) else facts[at]
            values = [fact[name] for name in read[place]]
            said = known.get((place, *values))
            if said is None:
                said = known[place, *values] = said_of(fact, concluded.shared[place], speaking[place], fields)
            found[at] = said
        return found

    def words(self) -> dict[str, dict[str, str]]:
        """What each line of each form is, in the words of its rule, by form and printed line."""
        found: dict[str, dict[str, str]] = {}
        for name, rule in self.compiled.lines.items():
            found.setdefault(name.form, {})[name.line] = rule.says
            found[name.form].setdefault(name.line.partition(".")[0], rule.says)
        return found

    def parameter(self, name: str, filing_status: str | None = None) -> int | Decimal | str:
        """A parameter's value: cents, a rate as Decimal, a count or a word. Name the status where values differ."""
        found = self.compiled.parameters.get(name)
        if found is None:
            raise Refused(
                [
                    Finding(
                        "rules.unknown-name",
                        "error",
                        f"There is no parameter {name} in {self.year}.",
                        suggestion(name, self.compiled.parameters),
                        value=name,
                    )
                ]
            )
        if filing_status is None:
            if len(set(found.by_status.values())) > 1:
                raise Refused(
                    [Finding("rules.input", "error", f"{name} differs by filing status.", "Name the status.")]
                )
            return next(iter(found.by_status.values()))
        if filing_status not in FILING_STATUSES:
            raise Refused(
                [
                    Finding(
                        "rules.input",
                        "error",
                        f"There is no filing status {filing_status}.",
                        suggestion(filing_status, FILING_STATUSES),
                        value=filing_status,
                    )
                ]
            )
        return found.by_status[filing_status]

    def table(self, name: str) -> Mapping[str, Row]:
        """A table's rows by their key. Raises Refused where there is no such table."""
        found = self.compiled.tables.get(name)
        if found is None:
            says = f"There is no table {name} in {self.year}."
            todo = suggestion(name, self.compiled.tables)
            raise Refused([Finding("rules.unknown-name", "error", says, todo, value=name)])
        return found.rows

    def place(self, name: str) -> Place:
        """Where the year's forms have a figure, by its name in the table of places. Raises Refused for another name."""
        rows = self.table("places")
        if name not in rows:
            says = f"There is no place {name} in {self.year}."
            raise Refused([Finding("rules.unknown-name", "error", says, suggestion(name, rows), value=name)])
        cells = rows[name].cells
        lines = cells["lines"]
        return Place(str(cells["form"]), lines if isinstance(lines, tuple) else ())

    def case_figures_read(self) -> frozenset[str]:
        """The names of the case's figures that a line or a remark of the year reads; others change nothing."""
        if not self._read_of_case:
            formulas = (f for line in self.compiled.lines.values() for f in (line.form_when, line.when, line.value))
            names = {ref.name for f in formulas if f is not None for ref in f.names.values() if ref.kind == "case"}
            taken = (field.taken_from for kind in self.compiled.kinds.values() for field in kind.fields.values())
            names |= {name.removeprefix("case.") for name in taken if name.startswith("case.")}
            self._read_of_case = frozenset(names)
        return self._read_of_case

    def evaluate(self, inputs: WorksheetInputs) -> Lines:
        """Every line of every form of the year."""
        return evaluate_lines(self.compiled.lines, self.compiled.parameters, self.case_inputs, inputs)

    def evaluate_some(self, inputs: WorksheetInputs, places: Iterable[str]) -> Lines:
        """The lines of some places, by their names, and what these follow from: no other is worked out."""
        wanted = {LineName(place.form, line) for place in map(self.place, places) for line in place.lines}
        return evaluate_some(self.compiled.lines, self.compiled.parameters, self.case_inputs, inputs, wanted)

    def evaluate_moved(self, before: Lines, inputs: WorksheetInputs) -> Lines:
        """The same where lines of this year were worked out from other amounts before, in less time."""
        compiled = self.compiled
        self._reads = self._reads or reads_by_line(compiled.lines)
        return evaluate_moved(before, compiled.lines, compiled.parameters, self.case_inputs, self._reads, inputs)

    def said(self) -> list[Finding]:
        """What every return by these rules must say: that they are a draft, and which positions are not Niner's own."""
        found = []
        if self.draft:
            says = f"The rules of {self.year} are a draft: {self.about}"
            todo = f"Do not file with this. Prepare it again when the rules of {self.year} are final."
            found.append(Finding("rules.draft", "review", says, todo, source=Source(f"rules/{self.year}/year.yaml")))
        for change in self.positions:
            says = (
                f"This return follows a position that is not Niner's own: {change.kind} {change.name}, {change.action}"
            )
            says += f" for {change.year}" + (f" ({change.reason})." if change.reason else ".")
            todo = "See it with `niner rules show`, and keep the authority for it with the return."
            found.append(Finding("rules.position", "review", says, todo, source=change.source))
        return found

    def _decision(self, name: str) -> Decision:
        found = self.compiled.decisions.get(name)
        if found is None:
            raise Refused(
                [
                    Finding(
                        "rules.unknown-name",
                        "error",
                        f"There is no decision {name} in {self.year}.",
                        suggestion(name, self.compiled.decisions),
                        value=name,
                    )
                ]
            )
        return found


def _compare(engine: DurableDecision, decision: Decision, facts: Sequence[Mapping[str, FactValue]]) -> Held:
    reference = reference_holding(decision, facts)
    held: Held = {}
    for fact, found, wanted in zip(facts, engine.holding(facts), reference, strict=True):
        if found != wanted:
            says = f"durable_rules finds {found} of {decision.name} where the rules say {wanted}, for {fact}."
            todo = "Please report this with the rule files."
            raise Refused([Finding("rules.engine", "error", says, todo, source=decision.source)])
        held[decision.class_of(fact)] = found
    return held


def load_rules(year: int, overlays: Sequence[Path] = (), room: Path | None = None) -> YearRules:
    """A year's rules, checked; kept for the life of the process. Raises Refused with every problem of every file."""
    where = (room or data_room("rules")).resolve()
    key = (year, tuple(str(Path(overlay).resolve()) for overlay in overlays), str(where), os.getpid())
    if key not in _loaded:
        _loaded[key] = _load(year, [Path(overlay).resolve() for overlay in overlays], where)
    return _loaded[key]


def newest_final(overlays: Sequence[Path] = (), room: Path | None = None) -> YearRules:
    """The newest year that is no draft. Raises Refused as `load_rules` does, or where every year is a draft."""
    years = years_in(room or data_room("rules"))
    for year in reversed(years):
        rules = load_rules(year, overlays, room)
        if not rules.draft:
            return rules
    raise Refused([Finding("rules.no-year", "error", "There is no year with final rules.", "Check the rules folder.")])


def _load(year: int, overlays: Sequence[Path], room: Path) -> YearRules:
    """A year's rules: Niner's own and a firm's over them from the cache, any others always from their files."""
    fresh = cache(lambda: _read(year, overlays, room))
    own = room == data_room("rules").resolve()
    try:
        if own:
            key = key_of(["rules"], [_own(room), *(part for overlay in overlays for part in _made_from(overlay))])
    except (OSError, Unreadable):  # told with its reason where it is read
        own = False
    if not own:
        read, changes = fresh()
        return YearRules(read, lambda: changes)

    def history() -> tuple[Change, ...]:
        return kept(f"history-{year}", key, (Change, Source), lambda: fresh()[1])

    def both() -> Read:
        history()
        return fresh()[0]

    known = _files_read.get((year, key))
    if known is None:
        known = _files_read[year, key] = kept(
            f"rules-{year}", key, (Read, Change, Compiled, *RECORDS), both, together={Line}
        )
    return YearRules(known, cache(history), Compared(year, key_of(["rules"], [key.encode(), engine_files()])))


@cache
def first_year() -> int:
    """The first year with rules of Niner's own."""
    return years_in(data_room("rules"))[0]


@cache
def _own(room: Path) -> bytes:
    """The sha256 of Niner's own rules, read once. Where a file is broken, that is told when it is read."""
    return sha256(b"\0".join(_made_from(room, own_bytes))).digest()


def _made_from(
    room: Path, read: Callable[[str], bytes] = lambda path: read_bytes(Path(path), YAML_BYTES)
) -> Iterator[bytes]:
    """All that a year's rules can depend on: the names of what lies in a room, and each rule file."""
    for folder, folders, files in os.walk(room, onerror=_raised, followlinks=True):
        folders[:] = sorted(folders) if folder == str(room) else []
        yield "\0".join([folder, *folders, *sorted(files)]).encode(errors="surrogateescape")
        for file in sorted(files):
            if file.endswith((".yaml", ".yml")):
                yield read(os.path.join(folder, file))


def _raised(error: OSError) -> None:
    raise error


def _read(year: int, overlays: Sequence[Path], room: Path) -> tuple[Read, tuple[Change, ...]]:
    from niner.rules.compiling.chain import merge_chain  # what compiles is loaded where the cache has nothing
    from niner.rules.compiling.everything import compile_rules
    from niner.rules.language.vocabulary import load_vocabulary

    vocabulary, findings = load_vocabulary(room)
    merged = merge_chain(year, room, overlays)
    findings += merged.findings
    compiled, problems = compile_rules(merged, vocabulary)
    findings += problems
    if any(finding.severity == "error" for finding in findings):
        raise Refused(findings)
    read = Read(
        merged.year, merged.sha256, merged.draft, merged.says, compiled, vocabulary.case, tuple(merged.positions)
    )
    return read, tuple(merged.changes)
