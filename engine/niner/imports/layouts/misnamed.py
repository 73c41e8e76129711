"""A format to what it refers to and does not have: columns, pairs, functions, and patterns that are none."""

import re
from collections.abc import Iterator
from datetime import UTC

from niner.imports.layouts.compile import compile_format
from niner.imports.layouts.language import Entry, Format, Ref
from niner.imports.layouts.references import columns_of
from niner.imports.layouts.shapes.reshape import RESHAPES
from niner.imports.tables.header import fold, is_pattern


def misnamed(format: Format) -> list[tuple[str, str]]:
    """What is wrong, and what to do. A column that is named must be one that the header has, or one under `columns`."""
    if format.reader or format.unread:
        return []
    if format.reshape and format.reshape not in RESHAPES:
        return [(f"No function “{format.reshape}” turns a table into another.", f"Known: {', '.join(RESHAPES)}.")]
    known = {fold(name) for names in format.recognise.columns for name in names} | set(format.columns)
    known |= {fold(name) for name in format.columns}
    found = []
    for ref in () if format.reshape else _references(format):
        for name in columns_of(format, ref):
            if fold(name) not in known and name not in known and not is_pattern(name):
                todo = "Spell it as under “recognise”, or add it under “columns” if only some files have it."
                found.append((f"The column “{name}” is not among those of the layout.", todo))
    if not found:
        found += _not_compiled(format)
    return list(dict.fromkeys(found))


def _not_compiled(format: Format) -> list[tuple[str, str]]:
    header = [names[0] for names in format.recognise.columns]
    try:
        compile_format(format, header, "", UTC)
    except re.error as error:
        return [(f"A pattern can't be understood: {error}.", "Correct it: it is a regular expression.")]
    except (ValueError, KeyError) as error:
        return [(f"It can't be understood: {error}.", "See the README of the formats.")]
    return []


def _references(format: Format) -> Iterator[Ref]:
    if format.time:
        yield from (format.time.column, format.time.with_)
    yield from ((name,) for name in (*format.id, *format.type))
    yield from (format.txid, format.note, format.currency)
    if format.status:
        yield format.status.column
    if format.balance:
        yield from (format.balance.column, format.balance.asset, format.balance.account)
    if not isinstance(format.wallet, str):
        yield format.wallet.column
    for pair in format.pairs.values():
        yield pair.column
    for leg in format.legs.values():
        yield from (leg.quantity, leg.asset)
    for fee in format.fees.values():
        yield from (fee.quantity, fee.asset, fee.usd)
    for group in format.groups.values():
        yield from (*group.by, group.share)
    for skip in format.skip:
        yield from ((name,) for name in skip.when)
    for entries in format.map.values():
        for entry in entries:
            yield from _of_entry(entry)


def _of_entry(entry: Entry) -> Iterator[Ref]:
    yield from (entry.usd, entry.to, entry.route)
    yield from ((name,) for name in entry.when)
