"""Filed returns of a case to those of its bundle: as far from what its scrambled ledger gives as they were before.

A factor on every line would take limits and deductions with it, which are nobody's amounts. So a filed line becomes
what the scrambled case comes to there, and the factor times what the filed one differed from the case's own.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from niner import exact
from niner.bundle.files import ENTRY, CaseFiles, lock_text
from niner.bundle.scrambler import Scrambler
from niner.case.locked import LOCK, LOCKED_BY_NINER
from niner.money import dollars_text, parse_cents, round_to_dollar
from niner.prepare import Options, work_out
from niner.printing.output import as_bytes, printed_lines, return_json
from niner.returns.year import YearReturn
from niner.values import Refused

Write = Callable[[str, bytes], None]


def refiled(
    found: CaseFiles, files: dict[str, bytes], copy: Path, write: Write, scrambler: Scrambler, options: Options
) -> None:
    """Puts into `files`, and by `write` into the copy of the case, every filed return with its figures and its lock."""
    for name in sorted(name for name in files if ENTRY.fullmatch(name.removesuffix(".yaml"))):
        place = name.removesuffix(".yaml")
        year = int(place.partition("/")[2][:4])
        inner = place if f"{place}/case.yaml" in files else "."
        asked = replace(options, year=year, out=None)
        before: YearReturn | None = None
        after: YearReturn | None = None
        inputs: dict[str, str] = {}
        try:
            before, _ = work_out(found.folder / inner, asked)
            after, inputs = work_out(copy / inner, asked)
        except Refused:
            pass  # what can't be worked out keeps the factor
        if before is not None and after is not None:
            document = yaml.load(files[name], Loader=yaml.BaseLoader)
            _moved(document, found.documents[name], before, after, scrambler)
            first = found.first_lines[name]
            text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
            files[name] = (f"{first}\n{text}" if first.startswith(LOCKED_BY_NINER) else text).encode()
            if f"{place}/return.json" in found.names:
                inputs["case.yaml"] = sha256(files[f"{place}/case.yaml"]).hexdigest()
                files[f"{place}/return.json"] = as_bytes(return_json(after, [], inputs, []))
        if f"{place}/{LOCK}" in found.names:
            files[f"{place}/{LOCK}"] = lock_text(found, f"{place}/{LOCK}", files)
        for own in (name, f"{place}/return.json", f"{place}/{LOCK}"):
            if own in files:
                write(own, files[own])


def _moved(document: Any, filed: Any, before: YearReturn, after: YearReturn, scrambler: Scrambler) -> None:
    """Puts the new figures into an entry: its lines, and what it carries on."""
    ours, theirs = printed_lines(before), printed_lines(after)
    lines = filed.get("lines") or {}
    flat = not any(isinstance(inner, dict) for inner in lines.values())
    for form, several in ({"f1040": lines} if flat else lines).items():
        place = document["lines"] if flat else document["lines"].get(form)
        for line, text in (several or {}).items():
            old, new = ours.get(form, {}).get(line), theirs.get(form, {}).get(line)
            made = _figure(text, old, new, scrambler)
            if made is not None:
                place[line] = made
    carried = filed.get("carryover_out") or {}
    for term, was, now in zip(("short_term", "long_term"), before.carryover_out, after.carryover_out, strict=True):
        if carried.get(term) is not None:
            made = _figure(carried[term], dollars_text(was), dollars_text(now), scrambler)
            document["carryover_out"][term] = made or document["carryover_out"][term]


def _figure(text: Any, old: str | None, new: str | None, scrambler: Scrambler) -> str | None:
    """A filed figure that the case comes to as well: the new one with the difference; None where it has none."""
    if text is None or old is None or new is None:
        return None
    try:
        filed, was, now = (parse_cents(str(one)) for one in (text, old, new))
    except ValueError:
        return None
    difference = Decimal(filed - was).fma(scrambler.amounts, 0, exact.EXACT)
    whole = now + int(difference.to_integral_value("ROUND_HALF_UP", exact.EXACT))
    if "." not in str(text):
        whole = round_to_dollar(whole)
    return dollars_text(whole) if "." in str(text) else dollars_text(whole).removesuffix(".00")
