"""Turns an official blank into a draft of its pack: lines from the printed labels, the rest from an older pack."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from niner.dataclass import dataclass
from niner.forms.making.text import Head, Naming, pack_text
from niner.forms.pack.labels import (
    Word,
    beside_label,
    cell_label,
    column_label,
    margin_label,
    opening_bracket,
    printed_words,
)
from niner.forms.pack.loading import packs_in
from niner.forms.pack.values import Field, Kind, Pack
from niner.forms.pack.widgets import Widget, blank_facts
from niner.resources import room


@dataclass(frozen=True, slots=True)
class Drafted:
    """A drafted pack: its text, the file it belongs in, and the line keys a person still has to name."""

    form: str
    file_name: str
    text: str
    to_name: tuple[str, ...]


def draft_pack(data: bytes, file_name: str, roots: Sequence[Path] = ()) -> Drafted:
    """A pack for the blank `data` named like `f8949--2026.pdf`; older packs of the form give the keys labels can't.

    Raises ValueError where the file is no fillable form or its name says neither form nor year.
    """
    match = re.match(r"(f\w+?)--(\d{4})\.pdf", file_name)
    if not match:
        raise ValueError("the file's name must say the form and the year, as in f8949--2026.pdf")
    form, year = match[1], int(match[2])
    facts = blank_facts(data)
    if not facts.widgets:
        raise ValueError("the PDF has no form fields")
    words = printed_words(data)
    older = _older(form, year, roots)
    naming: dict[tuple[int, str], Naming] = {}
    used: set[tuple[int, str]] = set()
    to_name: list[str] = []
    continued = _continued(facts.widgets, older)
    for widget in facts.widgets:
        known = continued.get((widget.page, widget.name))
        name = _naming(widget, facts.widgets, words[widget.page], known, older)
        if not name.key or (widget.page, name.key) in used:
            name = Naming(f"unnamed.{len(to_name) + 1}_{_leaf(widget)}", name.kind, name.lines)
            to_name.append(name.key)
        used.add((widget.page, name.key))
        naming[widget.page, widget.name] = name
    head = Head(
        form=form,
        title=older.title if older else form,
        years=[year],
        revision=str(year),
        attachment_sequence=older.attachment_sequence if older else _sequence(words[0]),
        urls=[f"https://www.irs.gov/pub/irs-prior/{form}--{year}.pdf", f"https://www.irs.gov/pub/irs-pdf/{form}.pdf"],
        sha256=hashlib.sha256(data).hexdigest(),
        must=[group for page in older.pages for group in page.must] if older else [],
        printed_as=_printed_as(older),
    )
    return Drafted(form, f"{form}/{year}.yaml", pack_text(head, facts, naming), tuple(to_name))


def _older(form: str, year: int, roots: Sequence[Path]) -> Pack | None:
    """The newest pack of the form that serves an earlier year, else any."""
    packs = [pack for root in [*map(Path, roots), room("forms")] for pack in packs_in(root, form)]
    earlier = [pack for pack in packs if pack.years[-1] < year]
    return max(earlier or packs, key=lambda pack: (pack.years[-1], pack.revision), default=None)


def _naming(
    widget: Widget, widgets: Sequence[Widget], words: list[Word], known: Field | None, older: Pack | None
) -> Naming:
    """The line of a field: what the labels print beside it, else what the older pack's field of its place carries."""
    if widget.kind == "tick":
        return Naming(known.key if known else "", "tick")
    kind: Kind = known.kind if known else "money" if widget.align == "right" else "text"
    line = _printed_line(widget, widgets, words, older)
    brackets = kind == "money" and opening_bracket(words, widget.rect)
    return Naming(line or (known.key if known else ""), kind, known.lines if known else 1, brackets)


def _printed_line(widget: Widget, widgets: Sequence[Widget], words: list[Word], older: Pack | None) -> str:
    """The line key the printed labels give a field of a table or an amount; empty where they give none."""
    printed_as = older.printed_as if older else {}
    column = column_label(words, widget.rect)
    row = re.search(r"Row(\d+)\[0\]", widget.name)
    if column and row and "row" in printed_as:
        return f"row.{row[1]}.{column}"
    cell = cell_label(words, widget.rect)
    if widget.align != "right":
        return ""
    if cell and not (column and _has_neighbour(widget, widgets)):
        return cell
    others = [w.rect for w in widgets if w.page == widget.page]
    line = beside_label(words, widget.rect, others) or margin_label(words, widget.rect)
    line = next((key for key, printed in printed_as.items() if printed and printed == line), line)
    return f"{line}.{column}" if line and column else ""


def _has_neighbour(widget: Widget, widgets: Sequence[Widget]) -> bool:
    """Whether another amount of the same line stands right after this one, so that the line has columns."""
    return any(
        w.page == widget.page and abs(w.rect[1] - widget.rect[1]) < 1 and 0 <= w.rect[0] - widget.rect[2] < 3
        for w in widgets
    )


def _continued(widgets: Sequence[Widget], older: Pack | None) -> dict[tuple[int, str], Field]:
    """For each field, the older pack's field that it continues: the same shape at the same place in their order."""
    found: dict[tuple[int, str], Field] = {}
    for place, page in enumerate(older.pages if older else ()):
        ours = [w for w in widgets if w.page == place]
        theirs = sorted(page.fields.values(), key=_reading_order)
        ours.sort(key=_reading_order)
        match = SequenceMatcher(None, [_shape(w) for w in ours], [_shape(f) for f in theirs], autojunk=False)
        for start, their_start, size in match.get_matching_blocks():
            found |= {(place, ours[start + i].name): theirs[their_start + i] for i in range(size)}
    return found


def _reading_order(item: Field | Widget) -> tuple[float, float]:
    return (-round(item.rect[1] / 6), item.rect[0])


def _shape(item: Field | Widget) -> tuple[object, ...]:
    """What a field keeps from one revision to the next, wherever it moves."""
    wide = round(item.rect[2] - item.rect[0], 0)
    state = item.state if isinstance(item, Field) else next(iter(item.states), "")
    return (item.kind == "tick", round(item.rect[0] / 4), wide, item.max_length, state, item.align, item.read_only)


def _leaf(widget: Widget) -> str:
    return re.sub(r"\W+", "_", widget.name.rsplit(".", 1)[-1]).strip("_")


def _sequence(words: Sequence[Word]) -> str:
    """The attachment sequence number printed at the top of the form; empty where there is none."""
    texts = [w.text for w in words]
    return next((texts[i + 2] for i, t in enumerate(texts[:-2]) if t == "Sequence" and texts[i + 1] == "No."), "")


def _printed_as(older: Pack | None) -> str:
    pairs: Mapping[str, str] = older.printed_as if older else {}
    return "{" + ", ".join(f'{key}: "{value}"' for key, value in pairs.items()) + "}" if pairs else ""
