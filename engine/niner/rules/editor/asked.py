"""What the engine asks of the rules, what it knows when it asks, and which answers it can follow.

A decision that nobody asks can change no return; an answer that nobody can follow stops one. Both are found when rules
are checked, and before a firm's own rules are used, instead of on the day when a client's ledger first meets them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from niner.dataclass import dataclass
from niner.rules.compiling.compiled import Compiled
from niner.rules.deciding.grouping import upstream
from niner.rules.editor.coverage import together
from niner.rules.language.values import LineName, Rule
from niner.values import Finding
from niner.words.form_names import line_name
from niner.words.suggest import near


@dataclass(frozen=True, slots=True)
class Asked:
    """Decisions about one kind of fact that are asked at once.

    `knows` are the fields of the fact that are known at that point where that is not all but those of `before`. `able`
    gives, for a decision, the answers that can be followed; one that is not in it may answer anything. `given` says
    that where one decision answers one of some words, another must answer one of others. `by` names a field and a
    decision, with the answers that can be followed for each of the field's words. `columns` gives, for a decision that
    answers with a line, the form and the columns of that line which amounts are added to.
    """

    about: str
    decisions: tuple[str, ...]
    before: frozenset[str] = frozenset()
    knows: frozenset[str] | None = None
    able: Mapping[str, Collection[str]] | None = None
    given: tuple[str, Collection[str], str, Collection[str]] | None = None
    by: tuple[str, str, Mapping[str, Collection[str]]] | None = None
    columns: Mapping[str, tuple[str, tuple[str, ...]]] | None = None


def unfit(compiled: Compiled, asked: Sequence[Asked]) -> list[Finding]:
    """Every decision that nobody asks, that is asked before what it reads is known, or whose answer nobody follows."""
    return [
        *_not_asked(compiled, asked),
        *_too_early(compiled, asked),
        *_not_followed(compiled, asked),
        *_not_together(compiled, asked),
        *_not_of_the_kind(compiled, asked),
        *_lost(compiled, asked),
    ]


def _not_asked(compiled: Compiled, asked: Sequence[Asked]) -> Iterator[Finding]:
    names = [name for one in asked for name in one.decisions if name in compiled.decisions]
    for remark in compiled.remarks.values():
        names += [name for name in (remark.id, *remark.prints) if name in compiled.decisions]
    used = {decision.name for decision in upstream(names, compiled.decisions)}
    for name, decision in compiled.decisions.items():
        if name not in used:
            known = [n for one in asked if one.about == decision.about for n in one.decisions]
            says = (
                f"Nothing asks for {name}, and no rule or remark that is asked for reads it: it can change no return."
            )
            close = near(name, known)
            todo = f"Did you mean {close}? If not, read" if close else "Read"
            todo += f" it in a rule or a remark of one that is asked for: {', '.join(sorted(set(known)))}."
            yield Finding("rules.not-asked", "error", says, todo, source=decision.source, value=name)


def _too_early(compiled: Compiled, asked: Sequence[Asked]) -> Iterator[Finding]:
    for one in asked:
        chain = upstream([name for name in one.decisions if name in compiled.decisions], compiled.decisions)
        for decision in chain:
            for rule in decision.rules:
                fields = {test.field for test in rule.condition.tests()} - compiled.decisions.keys()
                early = sorted(fields & one.before if one.knows is None else fields - one.knows)
                if early:
                    says = f"{decision.name}/{rule.id} reads {', '.join(early)}, which comes after it: it is asked "
                    says += f"together with {', '.join(one.decisions)}, before that is known."
                    todo = "Put the condition into a decision that is asked later."
                    yield Finding("rules.too-early", "error", says, todo, source=rule.source, value=early[0])


def _not_followed(compiled: Compiled, asked: Sequence[Asked]) -> Iterator[Finding]:
    for one in asked:
        for name, known in (one.able or {}).items():
            decision = compiled.decisions.get(name)
            for rule in decision.rules if decision else ():
                if rule.then not in known and rule.tell != "error":
                    says = f"The rule {name}/{rule.id} concludes {rule.then}, which Niner has no way to do."
                    todo = f"Let it conclude one of: {', '.join(known)}; or tell it as an error."
                    yield Finding("rules.unable", "error", says, todo, source=rule.source, value=rule.then)


def _not_together(compiled: Compiled, asked: Sequence[Asked]) -> Iterator[Finding]:
    for one in asked:
        if one.given is None or not {one.given[0], one.given[2]} <= compiled.decisions.keys():
            continue
        name, values, other, known = one.given
        told: set[str] = set()
        for _, found in together([name, other], compiled):
            rule = found[other]
            refused = any(conclusion.tell == "error" for conclusion in found.values())
            if found[name].value in values and rule.value not in known and not refused and rule.rule_id not in told:
                told.add(rule.rule_id)
                says = f"The rule {other}/{rule.rule_id} concludes {rule.value} where {name} is {found[name].value}, "
                says += "which Niner has no way to do."
                todo = f"Let it conclude one of: {', '.join(known)}; or tell it as an error."
                yield Finding("rules.unable", "error", says, todo, source=rule.source, value=rule.value)


def _not_of_the_kind(compiled: Compiled, asked: Sequence[Asked]) -> Iterator[Finding]:
    for one in asked:
        if one.by is None or one.by[1] not in compiled.decisions:
            continue
        field, name, able = one.by
        told: set[tuple[str, str]] = set()
        for fact, found in together([name], compiled):
            answer, word = found[name], str(fact.get(field, ""))
            followed = able.get(word)
            if followed is None or answer.value in followed or answer.tell == "error":
                continue
            if (answer.rule_id, word) not in told:
                told.add((answer.rule_id, word))
                says = (
                    f"The rule {name}/{answer.rule_id} concludes {answer.value} where {field} is {word}, which Niner "
                )
                says += "has no way to do."
                todo = f"Let it conclude one of: {', '.join(followed)}; or tell it as an error."
                yield Finding("rules.unable", "error", says, todo, source=answer.source, value=answer.value)


def _lost(compiled: Compiled, asked: Sequence[Asked]) -> Iterator[Finding]:
    """Answers that send amounts to a line or a column that takes none."""
    takers = {
        str(name)
        for name, line in compiled.lines.items()
        if any(reference.kind == "routed" for reference in line.value.names.values())
    }
    for one in asked:
        for name in one.decisions:
            for rule in compiled.decisions[name].rules if name in compiled.decisions else ():
                for line in _lines(rule, (one.columns or {}).get(name)):
                    if str(line) not in takers:
                        where = line_name(line.form, line.line)
                        says = f"The rule {name}/{rule.id} sends amounts to {where}, which takes none."
                        todo = f"Give the form {line.form} that line or column, with `routed` in its formula."
                        yield Finding("rules.no-line", "error", says, todo, source=rule.source, value=rule.then)


def _lines(rule: Rule, columns: tuple[str, tuple[str, ...]] | None) -> list[LineName]:
    if columns is not None:
        return [LineName(columns[0], f"{rule.then}.{column}") for column in columns[1] if rule.tell != "error"]
    form, dot, line = rule.then.partition(".")
    return [LineName(form, line)] if dot and form and line else []
