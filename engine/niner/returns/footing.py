"""A year's lines and rows, against the sums that the printed forms state, to an error for each that does not foot.

The sums are data (`forms/footing.yaml`) and read no rule: they hold whatever rules made the lines.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from niner.dataclass import dataclass
from niner.files.reading import YAML_BYTES, read_text
from niner.money import Amounts, dollars_spoken, total
from niner.resources import room
from niner.returns.rows import Row
from niner.rules import LineName, Lines, WorksheetInputs, YearRules
from niner.values import Finding, Refused, Source
from niner.words.form_names import line_name
from niner.words.plain import visible
from niner.words.yaml_text import parse

_FILE = "footing.yaml"
_TERM = re.compile(r"(?P<sign>[+-]?) *(?:(?P<form>[a-z]\w*)\.)?(?P<line>[0-9A-Za-z_]+(?:\.[a-h])?)")
_FLOOR = ", not below 0"
Amount = int | None
Sum = tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """`7 = 1a.h + 1b.h` of a form: a line and the sums that it may equal, each of (sign, form, line).

    With `floor` a sum below zero is zero.
    """

    form: str
    line: str
    sums: tuple[Sum, ...]
    text: str
    floor: bool = False


def not_footing(rules: YearRules, lines: Lines, rows: Iterable[Row], form_dirs: Sequence[Path] = ()) -> list[Finding]:
    """Every relation of the year's forms that the lines break, as errors at the file of relations; amounts in cents.

    `form_dirs` are a firm's own folders of forms, whose relations come first. Raises Refused where one can't be read.
    """
    listed = [(row.box, row.sums) for row in rows if row.because["listing"].value == "form_8949"]
    return _not_adding_up(rules, lines, listed, form_dirs)


def rules_not_footing(rules: YearRules, form_dirs: Sequence[Path] = ()) -> list[Finding]:
    """Every relation of the year's forms that the rules break on made-up returns with rows in each box that they use.

    So `niner rules check` refuses what no return could be made by. Raises Refused as `not_footing` does.
    """
    wanted = ("schedule_d_line", "listing")
    places: dict[tuple[str, str, str], None] = {}
    from niner.rules.editor.coverage import together

    for fact, found in together(wanted, rules.compiled, given=("box",)):
        if all(found[name].tell != "error" for name in wanted):
            places[str(fact["box"]), found["schedule_d_line"].value, found["listing"].value] = None
    known: dict[str, int | bool | None] = {
        name: (False if figure.type == "yes_no" else 0) if figure.default is None else figure.default
        for name, figure in rules.case_inputs.items()
    }
    broken: dict[str, Finding] = {}
    for sign in (1, -1):  # all gains, and all losses
        listed: list[tuple[str, Amounts]] = []
        routed: dict[str, int] = {}
        for number, (box, line, listing) in enumerate(places, 1):
            columns = {"d": 5_000_00 + 7_919 * number, "e": 5_000_00 + (7_919 - 1_009 * sign) * number}
            if LineName("f1040sd", f"{line}.g") in rules.compiled.lines:
                columns["g"] = 13 * number
            for column, cents in columns.items():
                routed[f"{line}.{column}"] = routed.get(f"{line}.{column}", 0) + cents
            d, e, g = columns["d"], columns["e"], columns.get("g", 0)
            listed += [(box, Amounts(d, e, g, d - e + g))] if listing == "form_8949" else []
        lines = rules.evaluate(WorksheetInputs("single", known, {"f1040sd": routed}))
        for finding in _not_adding_up(rules, lines, listed, form_dirs):
            says = finding.says.replace("does not add up: it", "does not add up: with made-up rows it", 1)
            broken.setdefault(finding.value, replace(finding, says=says))
    return list(broken.values())


def _not_adding_up(
    rules: YearRules, lines: Lines, listed: Iterable[tuple[str, Amounts]], form_dirs: Sequence[Path]
) -> list[Finding]:
    """The relations that lines break; `listed` are the rows of Form 8949, each with its box."""
    boxes: dict[tuple[str, str], int] = {}
    of_box: dict[str, list[Amounts]] = {}
    for box, sums in listed:
        of_box.setdefault(box, []).append(sums)
    for box, rows in of_box.items():
        boxes.update(zip(((box, column) for column in "degh"), total(rows), strict=True))

    def amount(form: str, line: str) -> Amount:
        if form == "f8949":
            box, _, column = line.partition(".")
            return boxes.get((box, column), 0)
        if form == "case":
            return _cents(lines.taken(f"case.{line}"))
        return _cents(lines.trace(form, line).with_cents)

    def blank(form: str, line: str) -> bool:
        return form not in ("f8949", "case") and lines.blank(form, line)

    found = []
    forms = {name.form for name in rules.compiled.lines}
    for relation in relations(rules.year, form_dirs=tuple(form_dirs)):
        if relation.form not in forms:
            continue
        printed = [terms for terms in relation.sums if not all(blank(form, line) for _, form, line in terms)]
        broken = _broken(relation, printed or relation.sums, amount, _slack(relation, rules, lines))
        if broken:
            where = line_name(relation.form, relation.line)
            says = f"{where} does not add up: it is {dollars_spoken(broken[0])}, and the form adds {_words(relation)}, "
            says += f"which is {dollars_spoken(broken[1])}."
            todo = "Correct the rule that changed it; `niner rules show` gives each line's rule."
            line = rules.compiled.lines.get(LineName(relation.form, relation.line))
            source = line.source if line else Source(f"forms/{_FILE}")
            found.append(Finding("rules.footing", "error", says, todo, source=source, value=where))
    return found


def _slack(relation: Relation, rules: YearRules, lines: Lines) -> int:
    """Half a dollar for a line and each of its terms that other forms give in whole dollars; else 0."""
    line = rules.compiled.lines.get(LineName(relation.form, relation.line))
    if line is None or line.round_to != "as_printed" or not lines.inputs.whole_dollars:
        return 0
    return 50 * (1 + max(len(terms) for terms in relation.sums))


def _broken(
    relation: Relation, sides: Iterable[Sum], amount: Callable[[str, str], Amount], slack: int
) -> tuple[int, int] | None:
    """The line's amount and what it should be, where no right side fits; nothing where a figure is unknown."""
    is_ = amount(relation.form, relation.line)
    if is_ is None:
        return None
    sums = []
    for terms in sides:
        amounts = [(sign, amount(form, line)) for sign, form, line in terms]
        if any(cents is None for _, cents in amounts):
            return None
        found = sum(sign * cents for sign, cents in amounts if cents is not None)
        sums.append(max(found, 0) if relation.floor else found)
    return None if any(abs(is_ - one) <= slack for one in sums) else (is_, sums[0])


def _words(relation: Relation) -> str:
    """The sum as people read it: `1b (d)`, `Form 8949 box A (d)`, `what the case gives`."""
    text = re.sub(r"case\.\w+", "what case.yaml gives", relation.text)
    text = re.sub(r"f8949\.(\w)", r"Form 8949 box \1", text)
    text = re.sub(r"\b(f\w+)\.(\d\w*)", lambda found: line_name(found[1], found[2]), text)
    return re.sub(r"\.([a-h])\b", r" (\1)", text)


def _cents(value: int | bool | None) -> Amount:
    return None if value is None else int(value)


_RETURNS = "returns"  # every return that Niner works out


@cache
def relations(year: int, holds_for: str = _RETURNS, form_dirs: tuple[Path, ...] = ()) -> tuple[Relation, ...]:
    """What the forms of a tax year say adds up, for returns that are made or for something else that the file names.

    A line that the footing file of one of `form_dirs` has takes the place of the same line here. Raises Refused where a
    file can't be read.
    """
    found: dict[tuple[str, str], list[Relation]] = {}
    for folder in (*form_dirs, room("forms")):
        if (folder / _FILE).is_file():
            own: dict[tuple[str, str], list[Relation]] = {}
            for relation in _in_file(folder, year, holds_for):
                own.setdefault((relation.form, relation.line), []).append(relation)
            found = {**own, **found}
    return tuple(relation for those in found.values() for relation in those)


def _in_file(folder: Path, year: int, holds_for: str) -> Iterator[Relation]:
    name = f"{folder.name}/{_FILE}"
    blocks, places, problems = parse(read_text(folder / _FILE, YAML_BYTES), name)
    if problems:
        raise Refused(problems)
    for number, block in enumerate(blocks):
        try:
            first, to, last = str(block["years"]).partition("-")
            until = int(last) if last else year if to else int(first)  # `2025-` has no end yet
            found = [_relation(block["form"], sentence) for sentence in block["foots"]]
            if int(first) <= year <= until and holds_for in block.get("holds_for", [_RETURNS]):
                yield from found
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            says = f"What adds up on a form can't be read: {visible(str(problem))[:100]}."
            todo = "Write form, years and foots, as `7 = 1a.h + 1b.h`; forms/README.md has the format."
            row = places.get((number,), 0)
            raise Refused([Finding("forms.footing", "error", says, todo, source=Source(name, row))]) from None


def _relation(form: str, text: str) -> Relation:
    left, _, right = text.partition(" = ")
    right, floor, _ = right.partition(_FLOOR)
    sums = tuple(tuple(_terms(form, side)) for side in right.split(" or "))
    if not left.strip() or not all(sums):
        raise ValueError(f"{text} is no relation")
    return Relation(form, left.strip(), sums, right, bool(floor))


def _terms(form: str, side: str) -> Iterable[tuple[int, str, str]]:
    place = 0
    side = side.strip()
    while place < len(side):
        term = _TERM.match(side, place)
        if term is None:
            raise ValueError(f"{side} is no sum")
        yield -1 if term["sign"] == "-" else 1, term["form"] or form, term["line"]
        place = term.end()
        while place < len(side) and side[place] == " ":
            place += 1
