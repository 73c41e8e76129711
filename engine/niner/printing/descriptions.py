"""Rows of Form 8949 to the same rows with descriptions that fit column (a): a long name is cut in its middle.

Form 8949 instructions, Column (a): the full name or an abbreviated symbol of the digital asset, and the exact units. So
the units are never shortened, and a name only where it has to be.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from niner.forms import Pack, fits, load_pack
from niner.returns.rows import Row
from niner.returns.year import YearReturn
from niner.values import Finding, Source
from niner.words.letters import in_latin

_ALWAYS_FITS = 17  # so many of the widest letter stand on one line
_SHORTEST = 8  # what is left of a name must still tell it apart


def fitted(result: YearReturn) -> YearReturn:
    """The return with descriptions that fit its year's Form 8949, and a note for each name that was cut."""
    pack = load_pack("f8949", result.year, result.form_dirs)
    rows, said = with_fitting_descriptions(result.rows, pack, result.rules.place("description").line)
    return replace(result, rows=tuple(rows), findings=(*result.findings, *said)) if said else result


def with_fitting_descriptions(rows: Sequence[Row], pack: Pack, column: str) -> tuple[list[Row], list[Finding]]:
    """The rows and one note for each name that was cut, the same in all rows of its asset; `column` is the field.

    A description that does not fit even so stays as it is: it is refused where the form is filled.
    """
    longest: dict[str, Row] = {}
    for row in [row for row in rows if len(row.description) > _ALWAYS_FITS]:
        if fits(pack, column, row.description):
            continue
        asset = row.disposition.asset
        if asset not in longest or len(row.description) > len(longest[asset].description):
            longest[asset] = row
    taken = {in_latin(row.disposition.asset) for row in rows} if longest else set()
    short: dict[str, str] = {}
    findings = []
    for asset, row in longest.items():
        units = f"{row.quantity:f}"
        name = cut(in_latin(asset), partial(_fits_after, pack, column, units))
        if not name or name in taken:
            continue
        taken.add(name)
        short[asset] = name
        findings.append(cut_note(in_latin(asset), name, f"column (a) of {pack.title}", row.disposition.source))
    return [_renamed(row, short) for row in rows] if short else list(rows), findings


def cut(name: str, good: Callable[[str], bool]) -> str:
    """The longest beginning and end of `name` that is `good`; empty where too little would be left."""
    for kept in range(len(name) - 1, _SHORTEST - 1, -1):
        tail = kept // 3  # a number at the end tells one NFT or position from the next
        short = f"{name[: kept - tail].rstrip()}…{name[len(name) - tail :].lstrip()}"
        if good(short):
            return short
    return ""


def cut_note(name: str, short: str, where: str, source: Source) -> Finding:
    """What is said of a name that was cut."""
    says = f"“{name}” is too long for {where}: there it is written “{short}”."
    todo = "Nothing to do if it can still be told apart. A short name of your own can be given in the ledger instead."
    return Finding("name-abbreviated", "note", says, todo, source=source, value=name)


def _fits_after(pack: Pack, column: str, units: str, name: str) -> bool:
    return fits(pack, column, f"{units} {name}")


def _renamed(row: Row, short: Mapping[str, str]) -> Row:
    name = short.get(row.disposition.asset)
    return row._replace(description=f"{row.quantity:f} {name}") if name else row
