"""A year's return to what its forms are filled with: Form 8949 pages that foot, and Schedule D."""

from collections.abc import Iterator, Mapping, Sequence, Set
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from types import MappingProxyType

from niner.brokers.reconcile import fold
from niner.case import Case
from niner.dataclass import dataclass
from niner.forms import (
    Continuation,
    FieldValue,
    FormFill,
    Origin,
    Pack,
    PageFill,
    Statement,
    fits,
    fits_attachment,
    load_pack,
    spread,
)
from niner.money import Amounts, dollars_text, footed_dollars, round_to_dollar, total
from niner.printing.descriptions import cut, cut_note
from niner.printing.disclosure import form_8275
from niner.printing.heading import (
    alimony_details,
    boxes_of,
    form_1040_details,
    form_1040_header,
    further_dependents,
    header_of_business,
    own_business_qualified,
    schedule_a_details,
    schedule_b_details,
    schedule_c_details,
)
from niner.returns.inputs import forms_said
from niner.returns.rows import Row
from niner.returns.year import YearReturn
from niner.rules import FactValue, LineName, YearRules
from niner.values import Finding
from niner.words.letters import in_latin

_AMOUNTS = {"proceeds": "d", "basis": "e", "adjustment": "g", "gain": "h"}
_PART_PAGE = {"short": 0, "long": 1}
# What a column of Form 8949 is in the ledger's row, and what to do there where it is too wide for its box.
_IN_LEDGER = {
    "d": "the worth of what was received",
    "e": "the cost basis",
    "g": "the adjustment",
    "h": "the gain or loss",
}
_CORRECT = "Correct usd_value or the dollar side of that row, or of the row that bought the units."
_SHORTER = "Give it a shorter name, the same in every row."
_TODOS = {"a": _SHORTER, **dict.fromkeys("degh", _CORRECT)}
_TODOS_OF_WALLET = {"a": _SHORTER}


@dataclass(frozen=True, slots=True)
class Sheets:
    """The forms of one return and the statements attached to them, in no particular order, and what is said of them."""

    forms: tuple[FormFill, ...]
    statements: tuple[Statement | Continuation, ...] = ()
    notes: tuple[Finding, ...] = ()


def sheets(result: YearReturn, form_dirs: Sequence[Path] = (), summary: bool = False) -> Sheets:
    """What the return is printed on. With `summary` Form 8949 has one row for each broker and box, and the rows
    are on attached statements."""
    header = {"name": result.case.name_on_forms, "ssn": result.case.taxpayer.ssn.get_secret_value()}
    filled = complete(result)
    attached: list[Continuation] = []
    forms = [line_sheet(result, "f1040sd", header, form_dirs)] if "f1040sd" in filled else []
    if "f1040" in filled:
        keys = _keys("f1040", result.year)
        top = {**form_1040_header(result), **form_1040_details(result, keys)}
        kinds, more = _kinds(result, "f1040", form_dirs)
        forms.append(line_sheet(result, "f1040", {**top, **kinds}, form_dirs))
        attached += [*further_dependents(result), *more]
    for form in ("f1040s1", "f1040s3", "f1040s2"):
        if form in filled:
            kinds, more = _kinds(result, form, form_dirs)
            details = alimony_details(result) if form == "f1040s1" else {}
            details |= _apart(result, form) | boxes_of(result, _keys(form, result.year))
            forms.append(line_sheet(result, form, {**header, **details, **kinds}, form_dirs))
            attached += more
    if "f1040sa" in filled:
        details = schedule_a_details(result, load_pack("f1040sa", result.year, form_dirs))
        forms.append(line_sheet(result, "f1040sa", {**header, **details}, form_dirs))
    if "f1040sb" in filled:
        forms.append(line_sheet(result, "f1040sb", {**header, **schedule_b_details(result)}, form_dirs))
    if "f8995" in filled:
        forms.append(line_sheet(result, "f8995", {**header, **own_business_qualified(result)}, form_dirs))
    proprietor = header_of_business(result)
    if "f1040sc" in filled:
        forms.append(line_sheet(result, "f1040sc", {**proprietor, **schedule_c_details(result)}, form_dirs))
    if "f1040sse" in filled:
        forms.append(line_sheet(result, "f1040sse", proprietor, form_dirs))
    forms += [
        line_sheet(result, form, header, form_dirs)
        for form in ("f1040s1a", "f6251", "f8959", "f8960")
        if form in filled
    ]
    if result.filled["f8275"]:
        disclosed, continued = form_8275(result, header, form_dirs)
        forms.append(disclosed)
        attached += continued
    statements: list[Statement] = []
    whole = result.case.elections.rounding == "dollars"
    rows = listed(result.rows)
    notes: list[Finding] = []
    if rows and summary:
        groups = _by_broker(rows, result.case)
        names, notes = _broker_names(groups, result.rules, load_pack("f8949", result.year, form_dirs))
        lines = [_of_broker(broker, group, result.rules, whole, names) for broker, group in groups]
        statements = [_statement(result.year, names[broker], group, header, whole) for broker, group in groups]
        forms.append(form_8949(result.year, lines, header, form_dirs, whole))
    elif rows:
        forms.append(form_8949(result.year, [_line(row) for row in rows], header, form_dirs, whole))
    return Sheets(tuple(forms), (*statements, *attached), tuple(notes))


def complete(result: YearReturn) -> frozenset[str]:
    """The forms that the rules let be filled and that have amounts, or a box that the case gives; the others are only
    carried."""
    printed = result.lines.as_mapping().keys() | forms_said(result.case, result.rules)
    filled = {form for form, whether in result.filled.items() if whether}
    return frozenset(filled & printed)


def _kinds(
    result: YearReturn, form: str, form_dirs: Sequence[Path]
) -> tuple[dict[str, FieldValue], tuple[Continuation, ...]]:
    """What the amounts of a line for several kinds are, where the line asks it; of more than one, each with its amount.

    They are the figures that the case gives by kind and a line of the form reads, and digital assets received. What has
    no room in the fields goes on a statement.
    """
    keys, given = _keys(form, result.year), result.case.return_
    kinds: dict[str, dict[str, int]] = {}
    for received in dict.fromkeys(item.line for item in result.income):
        place, _, line = received.partition(".")
        if place == form:
            kinds[line] = {str(result.rules.parameter("other_income_type")): result.lines.inputs.routed[form][line]}
    lines = result.rules.compiled.lines
    for name, rule in lines.items():
        if name.form != form or given is None:
            continue
        read = list(rule.value.names.values())
        for part in (r.line for r in read if r.line and not lines[r.line].print):
            kinds.setdefault(name.line, {}).update(_by_its_form(result, part, name.line, keys))
        read += [ref for r in read if r.line and not lines[r.line].print for ref in lines[r.line].value.names.values()]
        for reference in read:
            amounts = getattr(given, reference.name, None) if reference.kind == "case" else None
            if isinstance(amounts, dict):
                kinds.setdefault(name.line, {}).update(amounts)
            elif f"{name.line}.other_form" in keys and isinstance(amounts, int):
                kinds.setdefault(name.line, {}).update(_of_form(result, reference.name, amounts, name.line, keys))
    pack = load_pack(form, result.year, form_dirs)
    whole = result.case.elections.rounding == "dollars"
    found: dict[str, FieldValue] = {}
    more = []
    for line, amounts in kinds.items():
        key = next((f"{line}{end}" for end in _ASKS_KIND if f"{line}{end}" in keys), "")
        if not key or not amounts:
            continue
        fields = [key, *([f"{key}_2"] if f"{key}_2" in keys else [])]
        listed_ = [f"{word} {amount}" for word, amount in _amount_words(amounts, whole).items()]
        words = listed_ if len(amounts) > 1 else list(amounts)
        placed = _over_fields(words, fields, pack)
        if placed is None:
            placed = {key: str(result.rules.parameter("summary_words"))}
            more.append(f"Line {line}: {'; '.join(listed_)}.")
        found |= placed
    if not more:
        return found, ()
    heading = f"{pack.title} ({result.year}): kinds of income, taxes and credits"
    ssn = result.case.taxpayer.ssn.get_secret_value()
    return found, (Continuation(form, result.year, heading, result.case.name_on_forms, ssn, "\n".join(more)),)


def _of_form(result: YearReturn, figure: str, amount: int, line: str, keys: Set[str]) -> dict[str, int]:
    """The amount of a figure under the form that it comes from, where the line asks which; none where a box of the
    line names that form."""
    called = result.rules.table("attachments").get(figure) if amount else None
    form = str(called.cells["form"]) if called else ""
    if not form or f"{line}.{form.lower().replace(' ', '_')}" in keys:
        return {}
    return {form.removeprefix("Form ").replace("Schedule ", "Sch. "): amount}


def _by_its_form(result: YearReturn, part: LineName, line: str, keys: Set[str]) -> dict[str, int]:
    """A part of a line that asks for kinds, under the form that its figure comes from; none where no form is named."""
    read = result.rules.compiled.lines[part].value.names.values()
    table = result.rules.table("attachments")
    called = [table[ref.name] for ref in read if ref.kind == "case" and ref.name in table]
    amount = result.lines.value(part.form, part.line)
    if not called or not amount or f"{line}.type" not in keys:
        return {}
    return {str(called[0].cells["form"]): int(amount)}


def _over_fields(words: Sequence[str], fields: Sequence[str], pack: Pack) -> dict[str, FieldValue] | None:
    """The words in the fields of a line, as many in the first as fit it; None where they don't fit all of them."""
    for first in range(len(words), 0, -1):
        parts = [part for part in ("; ".join(words[:first]), "; ".join(words[first:])) if part]
        if len(parts) <= len(fields) and all(fits(pack, f, p) for f, p in zip(fields, parts, strict=False)):
            return dict(zip(fields, parts, strict=False))
    return None


_ASKS_KIND = (".type", ".codes", ".other_form", "_form")
"""How the key of the field ends in which a line asks what its amount is."""


def _amount_words(amounts: Mapping[str, int], whole: bool) -> dict[str, str]:
    """Amounts as they stand beside their kinds; in whole dollars they add up to the line."""
    if not whole:
        return {kind: f"{Decimal(cents) / 100:,.2f}" for kind, cents in amounts.items()}
    dollars = footed_dollars(list(amounts.values()))
    return {kind: f"{cents // 100:,}" for kind, cents in zip(amounts, dollars, strict=True)}


def _apart(result: YearReturn, form: str) -> dict[str, FieldValue]:
    """The box of a separate filer with an IRA deduction who lived apart all year, on the form that has it."""
    given = result.case.return_
    if given is None or not given.lived_apart or "lived_apart" not in _keys(form, result.year):
        return {}
    return {"lived_apart": True} if given.ira_deduction or result.lines.value("ira_worksheet", "deduction") else {}


def _keys(form: str, year: int) -> set[str]:
    pack = load_pack(form, year)
    return {key for page in range(len(pack.pages)) for key in pack.keys(page)}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of Form 8949 as printed: its box, its cells by column, what totals add, and the ledger row it is of.

    Amounts in cents.
    """

    term: str
    box: str
    cells: Mapping[str, FieldValue]
    sums: Amounts
    origin: Origin


def _line(row: Row) -> Line:
    cells: dict[str, FieldValue] = {
        "a": row.description,
        "b": row.acquired,
        "c": row.disposed,
        "d": row.proceeds_cents,
        "e": row.basis_cents,
        "h": row.gain_cents,
    }
    if row.code:
        cells |= {"f": row.code, "g": row.adjustment_cents}
    d = row.disposition
    asset = "fee_asset" if d.kind == "fee" else "sent_asset"
    return Line(row.term, row.box, cells, row.sums, Origin(d.source, {"a": asset, **_IN_LEDGER}, _TODOS))


_Group = tuple[str, list[Row]]
"""A broker, or a wallet that has none, and its rows of one part and box."""


def _by_broker(rows: Sequence[Row], case: Case) -> list[_Group]:
    """Rows of one part, box and broker together, in the form's order.

    The broker is the one that the case names for the wallet, else the wallet; of what no wallet of the taxpayer's had
    (a nominee's sale), the one whose form it is on.
    """
    groups: dict[tuple[str, str, str], _Group] = {}
    for row in rows:
        wallet = row.disposition.wallet
        broker = case.wallets[wallet].broker if wallet in case.wallets else ""
        broker = broker or wallet
        groups.setdefault((row.term, row.box, fold(broker)), (broker, []))[1].append(row)
    return list(groups.values())


def _cells(sums: Amounts, whole: bool) -> dict[str, FieldValue]:
    """Totals as they are printed, by column."""
    return dict(zip("degh", sums.in_dollars() if whole else sums, strict=True))


def _broker_names(groups: Sequence[_Group], rules: YearRules, pack: Pack) -> tuple[Mapping[str, str], list[Finding]]:
    """Each broker as it is printed, long names cut to fit, and what is said of those."""
    first = {broker: group[0].disposition for broker, group in reversed(groups)}
    names = {broker: in_latin(broker) for broker in first}
    notes = []

    def good(name: str) -> bool:
        fits_heading = fits_attachment(_heading(name, "long", "D"), "heading")
        return fits(pack, rules.place("description").line, _summary_words(name, rules)) and fits_heading

    for broker, name in list(names.items()):
        short = "" if good(name) else cut(name, good)
        if short and short not in names.values():
            names[broker] = short
            notes.append(cut_note(name, short, pack.title, first[broker].source))
    return names, notes


def _summary_words(name: str, rules: YearRules) -> str:
    return f"{name}, {rules.parameter('summary_words')}"


def _heading(name: str, term: str, box: str) -> str:
    return f"{name}: Form 8949, Part {'I' if term == 'short' else 'II'}, box {box}"


def _of_broker(
    broker: str, rows: Sequence[Row], rules: YearRules, whole: bool, names: Mapping[str, str] = MappingProxyType({})
) -> Line:
    """One line for many: the broker, the code that says so and the totals; the dates stay empty."""
    first = rows[0]
    words = _summary_words(names.get(broker, in_latin(broker)), rules)
    sums = total(row.sums for row in rows)
    cells: dict[str, FieldValue] = {"a": words, "f": summary_code(rows, rules), **_cells(sums, whole)}
    origin = Origin(first.disposition.source, {"a": "wallet"}, _TODOS_OF_WALLET)
    return Line(first.term, first.box, cells, sums, origin)


def summary_code(rows: Sequence[Row], rules: YearRules) -> str:
    """Column (f) of a line for many rows: the code that says so with every code of theirs, in alphabetical order."""
    return "".join(sorted({str(rules.parameter("summary_code")), *(letter for row in rows for letter in row.code)}))


def summary_rows(result: YearReturn) -> list[dict[str, str]]:
    """The rows of Form 8949 where it has one for each broker and box, as return.json has them."""
    whole = result.case.elections.rounding == "dollars"
    found = []
    for broker, group in _by_broker(listed(result.rows), result.case):
        line = _of_broker(broker, group, result.rules, whole)
        amounts = {name: dollars_text(int(line.cells[column])) for name, column in _AMOUNTS.items()}
        wallets = ", ".join(dict.fromkeys(row.disposition.wallet for row in group))
        whose = {"box": line.box, "broker": broker, "wallet": wallets, "rows": str(len(group))}
        found.append({**whose, "code": str(line.cells["f"]), **amounts})
    return found


def _statement(year: int, broker: str, rows: Sequence[Row], header: Mapping[str, str], whole: bool) -> Statement:
    first = rows[0]
    lines = [_line(row) for row in rows]
    return Statement(
        form="f8949",
        year=year,
        heading=_heading(broker, first.term, first.box),
        name=header["name"],
        ssn=header["ssn"],
        rows=tuple(line.cells for line in lines),
        totals=_cells(total(row.sums for row in rows), whole),
        origins=tuple(line.origin for line in lines),
    )


def listed(rows: Sequence[Row]) -> list[Row]:
    """The rows that go on Form 8949: all but those totalled straight on Schedule D."""
    return [row for row in rows if row.because["listing"].value == "form_8949"]


def form_8949(
    year: int, lines: Sequence[Line], header: Mapping[str, str], form_dirs: Sequence[Path], whole: bool
) -> FormFill:
    """As many pages as the lines need, one box a page, each with its own totals; `lines` are in the form's order.

    Totals add cents; with `whole` the total is then rounded to dollars, and need not be the sum of the rounded rows.
    """
    pack = load_pack("f8949", year, form_dirs)
    pages: list[PageFill] = []
    for (term, box), group in groupby(lines, key=lambda line: (line.term, line.box)):
        page = _PART_PAGE[term]
        for part in _chunks(list(group), pack.rows(page)):
            values: dict[str, FieldValue] = {**header, f"box.{box}": True}
            for number, line in enumerate(part, 1):
                values |= {f"row.{number}.{column}": value for column, value in line.cells.items()}
            totals = _cells(total(line.sums for line in part), whole)
            values |= {f"total.{column}": amount for column, amount in totals.items()}
            pages.append(PageFill(page, values, {f"row.{n}": line.origin for n, line in enumerate(part, 1)}))
    return FormFill("f8949", year, tuple(pages))


def _chunks(lines: list[Line], size: int) -> Iterator[list[Line]]:
    for start in range(0, len(lines), size):
        yield lines[start : start + size]


def line_sheet(result: YearReturn, form: str, header: Mapping[str, FieldValue], form_dirs: Sequence[Path]) -> FormFill:
    """A form's printed lines; a yes/no line ticks its box, or one of its two boxes. Amounts beside them, as a payer's,
    are in whole dollars where the return is."""
    whole = result.case.elections.rounding == "dollars"
    values: dict[str, FieldValue] = {
        key: round_to_dollar(value) if whole and isinstance(value, int) and not isinstance(value, bool) else value
        for key, value in header.items()
    }
    ticks = _keys(form, result.year)
    for line, value in result.lines.as_mapping().get(form, {}).items():
        if isinstance(value, bool) and line in ticks:
            values |= {line: True} if value else {}
        elif isinstance(value, bool):
            values[f"{line}.{'yes' if value else 'no'}"] = True
        else:
            values[line] = value
    return FormFill(form, result.year, spread(load_pack(form, result.year, form_dirs), values))


def form_findings(
    result: YearReturn,
    form: str,
    *,
    in_packet: bool,
    amended: bool = False,
    missing: Sequence[str] = (),
    statements: int = 0,
) -> list[Finding]:
    """What the rules have to say of a form in the packet; `missing` names totals whose parts are not all known, and
    `statements` counts those that list its rows."""
    fact: dict[str, FactValue] = {
        "tax_year": result.year,
        "form": form,
        "in_packet": in_packet,
        "amended": amended,
        "filing_status": result.case.taxpayer.filing_status,
        "totals_without_parts": len(missing),
        "missing": "; ".join(missing),
        "statements": statements,
        "dependents": len(result.case.dependents) + bool(result.case.form_1040.qualifying_child),
        "earned_income_credit": result.lines.at(result.rules.place("earned_income_credit")) or 0,
        "main_home_said": result.case.form_1040.main_home_in_us,
    }
    return [said.finding() for said in result.rules.remarks("filled_form", [fact])[0]]
