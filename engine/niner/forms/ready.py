"""Turns the fills of a return into sheets ready to be printed, each with the way to its blank, in packet order."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType

from niner.dataclass import dataclass
from niner.forms.blanks.finding import Found, find_blank
from niner.forms.drawing.typeset import Unfit
from niner.forms.filling.continuation import Continuation, continuation_blank, continuation_fill
from niner.forms.filling.settle import Sheet, settle
from niner.forms.filling.statement import Statement, statement_blank, statement_fill
from niner.forms.pack.loading import load_pack
from niner.forms.pack.values import NO_WORDS, FormFill, Pack
from niner.values import Finding, Refused

NO_WORDS_OF_FORMS: Mapping[str, Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Ready:
    """One form whose values all fit: its pack, its sheets in print order, and how its blank is found.

    A statement is never editable.
    """

    pack: Pack
    sheets: tuple[Sheet, ...]
    blank: Callable[[], Found]
    notes: tuple[Finding, ...]
    editable: bool = True


def ready(
    fills: Sequence[FormFill],
    statements: Sequence[Statement | Continuation],
    form_dirs: Sequence[Path],
    whole_dollars: bool,
    offline: bool = True,
    words: Mapping[str, Mapping[str, str]] = NO_WORDS_OF_FORMS,
) -> tuple[list[Ready], list[Finding]]:
    """(what is ready, every error of all forms together). No blank is looked for yet; `words` are for drafts."""
    found: list[Ready] = []
    errors: list[Finding] = []

    def settle_one(fill: FormFill, pack: Pack, blank: Callable[[], Found], *, editable: bool) -> None:
        try:
            sheets, notes = settle(pack, fill, whole_dollars=whole_dollars)
        except Refused as refusal:
            errors.extend(refusal.findings)
            return
        found.append(Ready(pack, tuple(sheets), blank, tuple(notes), editable))

    fills = _merged(fills)
    for fill in fills:
        try:
            pack = load_pack(fill.form, fill.year, form_dirs, fill.revision)
        except Refused as refusal:
            errors += refusal.findings
            continue
        blank = partial(find_blank, pack, form_dirs, offline=offline, words=words.get(pack.form, NO_WORDS))
        settle_one(fill, pack, blank, editable=True)
        for statement in statements:
            if (statement.form, statement.year) == (fill.form, fill.year):
                try:
                    own, own_fill, drawn = _attachment(statement, pack)
                except Unfit as problem:
                    says = f"Statement attached to {pack.title} {pack.year}: {problem}."
                    errors.append(Finding("forms.does_not_fit", "error", says, "Correct the text."))
                    continue
                settle_one(own_fill, own, drawn, editable=False)
    attached = {(fill.form, fill.year) for fill in fills}
    for statement in statements:
        if (statement.form, statement.year) not in attached:
            says = f"A statement is attached to {statement.form} {statement.year}, which is not in the packet."
            errors.append(Finding("forms.statement_alone", "error", says, "This is a mistake in the return's forms."))
    return sorted(found, key=lambda form: attachment_order(form.pack)), errors


def refusals(
    fills: Sequence[FormFill],
    statements: Sequence[Statement | Continuation] = (),
    form_dirs: Sequence[Path] = (),
    whole_dollars: bool = False,
) -> list[Finding]:
    """Why `fills` could not be printed, known without any blank: what does not fit its box, and where it came from."""
    return ready(fills, statements, form_dirs, whole_dollars)[1]


def _attachment(statement: Statement | Continuation, pack: Pack) -> tuple[Pack, FormFill, Callable[[], Found]]:
    """The pages of a statement, what fills them and what they are printed on. Raises Unfit."""
    if isinstance(statement, Continuation):
        own, fill = continuation_fill(statement, pack)
        return own, fill, partial(continuation_blank, own)
    own, fill = statement_fill(statement, pack)
    return own, fill, partial(statement_blank, own, pack)


def attachment_order(pack: Pack) -> tuple[int, str]:
    """Where the form stands in the packet: by the sequence number printed on it (12 before 12A before 72)."""
    match = re.fullmatch(r"(-?\d*)(\w*)", pack.attachment_sequence)
    return (int(match[1] or 0), match[2]) if match else (999, pack.attachment_sequence)


def _merged(fills: Sequence[FormFill]) -> list[FormFill]:
    """One FormFill a form: several of the same form become one, their pages one after another; none without pages."""
    merged: dict[tuple[str, int, str], list[FormFill]] = {}
    for fill in fills:
        merged.setdefault((fill.form, fill.year, fill.revision), []).append(fill)
    return [
        FormFill(form, year, tuple(page for fill in same for page in fill.pages), revision)
        for (form, year, revision), same in merged.items()
        if any(fill.pages for fill in same)
    ]
