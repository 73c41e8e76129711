"""Turns FormFills into finished files, each form by itself and the packet to print, read back before release."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field
from pathlib import Path
from typing import Any

from niner.dataclass import dataclass
from niner.forms.blanks.finding import Found, drafts_told
from niner.forms.drawing.write import Body
from niner.forms.filling.continuation import Continuation
from niner.forms.filling.fill import Document, root_name
from niner.forms.filling.password import locked, password_findings
from niner.forms.filling.settle import Sheet
from niner.forms.filling.statement import Statement
from niner.forms.pack.values import FormFill, Pack
from niner.forms.produced import Produced
from niner.forms.reading.fingerprint import fingerprints
from niner.forms.reading.page import Difference, Expected, ExpectedPage, opens_only_with
from niner.forms.reading.readback import read_back, whole_file
from niner.forms.ready import NO_WORDS_OF_FORMS, ready
from niner.values import Finding, Refused
from niner.words.plain import without_ssn

MAX_EDITABLE_PAGES = 500
Progress = Callable[[str, int, int], None]
_Volume = tuple[str, bytes, list[ExpectedPage]]
"""A file by its name, and what must be read on each of its pages."""
_Seen = tuple[str, int]
"""A page's fingerprint, and which sheet's page it must be."""


@dataclass(frozen=True, slots=True)
class Settled:
    """One form ready to be written: its pack, its blank and its sheets in print order (a statement never editable)."""

    pack: Pack
    blank: Found
    sheets: tuple[Sheet, ...]
    editable: bool = True


@dataclass(frozen=True, slots=True)
class Manner:
    """How files are made: to be edited or as they print, and with which password (empty: none)."""

    editable: bool = True
    password: str = ""


def produce(
    fills: Sequence[FormFill],
    *,
    statements: Sequence[Statement | Continuation] = (),
    form_dirs: Sequence[Path] = (),
    offline: bool = False,
    whole_dollars: bool = False,
    print_ready: bool = False,
    password: str = "",
    words: Mapping[str, Mapping[str, str]] = NO_WORDS_OF_FORMS,
    progress: Progress | None = None,
) -> Produced:
    """Fill, assemble and read back `fills`, with `statements` after the forms they are attached to.

    Files: `packet.pdf` (all forms in the order of their attachment sequence numbers, volumes of 500 pages as
    `packet-2.pdf` … where the packet is editable), one file a form (`f8949.pdf`) and `f8949-statement.pdf`. In `forms`,
    `copies` counts the copies of the form (for Form 8949 the larger of its numbers of pages of Part I and Part II) and
    `pages` the pages. With a `password` every file is locked with AES-256, and read back locked; its bytes are others
    each time.

    `words` are each form's lines in words, which a draft shows beside its boxes.

    Raises Refused with everything found where a value does not fit, a blank is not the form, or a file reads back
    differently; then nothing is released.
    """
    refused = password_findings(password) if password else []
    if refused:
        raise Refused(refused)
    settled, findings = _settle_all(fills, statements, form_dirs, offline, whole_dollars, words)
    singles: dict[str, list[Settled]] = {}
    for form in settled:
        singles.setdefault(form.pack.form, []).append(form)
    manner, made = Manner(not print_ready, password), _Made()
    gate = _Gate(manner, 2 * sum(len(form.sheets) for form in settled), progress)
    packet = _volumes("packet", f"Tax forms {settled[0].pack.year}", settled, manner, made) if settled else []
    own: list[_Volume] = []
    members: dict[str, Settled] = {}
    # While others read the packet back, its pages are put into the forms' own files.
    with ThreadPoolExecutor(1) as beside:
        reading = beside.submit(gate.read, packet) if gate.many else None
        for stem, parts in singles.items():
            title = f"{parts[0].pack.title} ({parts[0].pack.year})"
            volumes = _volumes(stem, title, parts, manner, made)
            own += volumes
            members |= {name: parts[0] for name, _, _ in volumes}
        told = gate.tell_apart([*packet, *own])
        refusals = reading.result() if reading else gate.read(packet)
    refusals += gate.read_others(own, told)
    if refusals:
        raise Refused(refusals[:50])
    files = {name: data for name, data, _ in (*packet, *own)}
    pages = {name: len(expected) for name, _, expected in own}
    ordered = {name: files[name] for name in sorted(files, key=lambda n: (not n.startswith("packet"), n))}
    forms = [_entry(name, form, files[name], pages[name]) for name, form in members.items()]
    return Produced(ordered, forms, findings)


def _entry(name: str, form: Settled, data: bytes, pages: int) -> dict[str, Any]:
    """What `return.json` says of one file."""
    return {
        "form": form.pack.form,
        "file": name,
        "copies": max((s.copy for s in form.sheets), default=0),
        "pages": pages,
        "blank": form.blank.status,
        "blank_sha256": form.blank.art.sha256,
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def _settle_all(
    fills: Sequence[FormFill],
    statements: Sequence[Statement | Continuation],
    form_dirs: Sequence[Path],
    offline: bool,
    whole_dollars: bool,
    words: Mapping[str, Mapping[str, str]],
) -> tuple[list[Settled], list[Finding]]:
    """Every form settled and with its blank, in packet order. Raises Refused with the errors of all forms together."""
    settled: list[Settled] = []
    findings: list[Finding] = []
    forms, errors = ready(fills, statements, form_dirs, whole_dollars, offline, words)
    for form in forms:
        try:
            found = form.blank()
        except Refused as refusal:
            errors += refusal.findings
            continue
        settled.append(Settled(form.pack, found, form.sheets, form.editable))
        findings += [*form.notes, *found.findings]
    if errors:
        raise Refused(errors)
    drafts = [form.pack for form in settled if form.blank.status == "draft"]
    return settled, [*dict.fromkeys(findings), *(drafts_told(drafts) if drafts else [])]


def _volumes(stem: str, title: str, forms: Sequence[Settled], manner: Manner, made: "_Made") -> list["_Volume"]:
    """The forms as files of at most 500 pages where they are editable (viewers slow down beyond), else as one file."""
    limit = MAX_EDITABLE_PAGES if manner.editable else 10**9
    volumes: list[list[tuple[Settled, list[Sheet]]]] = [[]]
    room = limit
    for form in forms:
        for sheet in form.sheets:
            if room == 0:
                volumes.append([])
                room = limit
            if not volumes[-1] or volumes[-1][-1][0] is not form:
                volumes[-1].append((form, []))
            volumes[-1][-1][1].append(sheet)
            room -= 1
    found = []
    for number, volume in enumerate(volumes, 1):
        suffix = "" if number == 1 else f"-{number}"
        heading = title if len(volumes) == 1 else f"{title}, volume {number} of {len(volumes)}"
        pages = [page for form, sheets in volume for page in made.expected_of(form, sheets, manner)]
        found.append((f"{stem}{suffix}.pdf", written_file(heading, volume, manner, made.drawn), pages))
    return found


def written_file(
    title: str, parts: Sequence[tuple[Settled, list[Sheet]]], manner: Manner, drawn: dict[int, Body] | None = None
) -> bytes:
    """The sheets of one or more forms as the bytes of one PDF. `drawn` keeps what is drawn of a flat sheet, by its
    identity, for the next file that has the same sheet."""
    document = Document(title, manner.editable, drawn=drawn)
    for form, sheets in parts:
        title_of_form = f"{form.pack.title} ({form.pack.year})"
        document.add_form(sheets, form.blank.art, title_of_form, editable=manner.editable and form.editable)
    data = document.finish()
    return locked(data, manner.password) if manner.password else data


def expected_reading(sheets: Sequence[Sheet], *, editable: bool = True) -> list[ExpectedPage]:
    """What the second engine must read on each of the sheets, and whether their fields stay editable: names are of
    fields that do."""
    return [
        ExpectedPage(
            sheet.place,
            tuple(
                [
                    Expected(f.key, f"{root}{f.name}" if editable else "", f.rect, w.text, f.kind == "tick")
                    for w in sheet.written
                    for f in (w.field,)
                ]
            ),
            editable,
        )
        for sheet in sheets
        for root in (f"{root_name(sheet)}.",)
    ]


@dataclass(slots=True)
class _Made:
    """What was made of each sheet, by its identity: it stands in the packet and in a form's own file."""

    drawn: dict[int, Body] = field(default_factory=dict)
    expected: dict[int, ExpectedPage] = field(default_factory=dict)

    def expected_of(self, form: Settled, sheets: Sequence[Sheet], manner: Manner) -> list[ExpectedPage]:
        new = [sheet for sheet in sheets if id(sheet) not in self.expected]
        pages = expected_reading(new, editable=manner.editable and form.editable)
        self.expected |= {id(sheet): page for sheet, page in zip(new, pages, strict=True)}
        return [self.expected[id(sheet)] for sheet in sheets]


@dataclass(slots=True)
class _Gate:
    """Reads every file back, so that nothing wrong is released.

    A flat page that stands in the packet and in a form's own file is read in the packet, and in the other told by the
    fingerprint of all that is painted on it. `total` pages are to be told of in all.
    """

    manner: Manner
    total: int
    progress: Progress | None
    done: int = 0
    _proved: set[str] = field(default_factory=set)

    @property
    def many(self) -> bool:
        """Whether there are so many pages that telling them apart costs less than reading them twice."""
        return self.total > _MANY

    def read(self, volumes: Sequence[_Volume]) -> list[Finding]:
        """What differs in each of the files, as refusals; where nothing does, all their pages are proved."""
        errors: list[Finding] = []
        for name, data, pages in volumes:
            base = self.done

            def tell(what: str, now: int, _of: int, base: int = base) -> None:
                if self.progress:
                    self.progress(what, base + now, self.total)

            editable, password = self.manner.editable, self.manner.password
            found = read_back(data, pages, editable=editable, password=password, progress=tell)
            self._proved.update(() if found else [name])
            errors += [_refusal(name, difference) for difference in found]
            if password and not opens_only_with(data, password):
                says = f"{name} is not locked."
                errors.append(Finding("forms.not_locked", "error", says, "Prepare without a password."))
            self.done += len(pages)
        return errors

    def tell_apart(self, volumes: Sequence[_Volume]) -> dict[str, list[_Seen]]:
        """What tells each page of a flat file from others, by the file's name; nothing where they can't be told."""
        if self.manner.editable or self.manner.password or not self.many:
            return {}
        return {name: _seen(data, pages) for name, data, pages in volumes}

    def read_others(self, volumes: Sequence[_Volume], told: Mapping[str, list[_Seen]]) -> list[Finding]:
        """The same of files whose pages may stand in one that is proved."""
        errors: list[Finding] = []
        proved = {seen for name in self._proved for seen in told.get(name, ())}
        for name, data, pages in volumes:
            seen = told.get(name)
            if seen and proved.issuperset(seen):
                errors += [_refusal(name, difference) for difference in whole_file(data, len(pages))]
                self.done += len(pages)
            else:
                errors += self.read([(name, data, pages)])
                proved.update(seen or () if name in self._proved else ())
        return errors


_MANY = 48  # pages below which reading them twice costs less than telling them apart


def _seen(data: bytes, pages: Sequence[ExpectedPage]) -> list[_Seen]:
    """What tells each page; nothing where one of them can't be told."""
    told = fingerprints(data)
    if len(told) != len(pages) or not all(told):
        return []
    return [(fingerprint, id(page)) for fingerprint, page in zip(told, pages, strict=True)]


def _refusal(name: str, difference: Difference) -> Finding:
    line = f", line {difference.key}" if difference.key else ""
    where = f"{name}: {difference.place}{line}"
    says = f"{where} does not read back: expected {difference.expected!r}, found {difference.found!r}."
    return Finding(
        "forms.read_back",
        "error",
        without_ssn(says),
        "The forms were not released. This is a mistake in Niner or in the blank: please report it.",
    )
