"""Files of chain explorers to rows that say which way units went, seen from one's own address."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal

from niner import exact
from niner.case.model import SourceFile
from niner.imports.layouts.compile import Wrong
from niner.imports.tables import cells
from niner.imports.tables.header import find, place_of
from niner.imports.tables.rows import Rows

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}(?![0-9a-fA-F])")
_WITH_TICKER = re.compile(r"[\d.]\s+([A-Za-z][A-Za-z0-9.]*)$")
_WEI = re.compile(r"([\d,]+)\s+wei", re.IGNORECASE)
# The coin of a chain by what people and its explorer call it, where the amounts of a file name none.
_COINS = (
    ("bsc|bnb", "BNB"),
    ("polygon|matic", "POL"),
    ("snowtrace|snowscan|avax|avalanche", "AVAX"),
    ("ftmscan|fantom", "FTM"),
    ("gnosis", "XDAI"),
    ("cronos", "CRO"),
    ("celo", "CELO"),
    ("moonbeam|moonscan", "GLMR"),
)
_NATIVE = frozenset(("ETH", "BTC", *(coin for _, coin in _COINS)))


def own_address(header: Sequence[str], rows: Rows, said: SourceFile, file: str) -> tuple[Sequence[str], Rows]:
    """Transfers between two addresses to those that leave or reach one's own.

    Adds the columns Direction (in, out, self; other where neither address is one's own), Coin (that of the chain),
    Units (an amount in wei as whole coins) and Token Asset (the symbol; with the contract's first digits where several
    contracts of the file call themselves so, or one calls itself as a chain's coin does). One's own address is what the
    case says, else what stands in the file's name, else the only one that is in every row.
    """
    at_from, at_to = place_of(["From"], header), place_of(["To", "TxTo"], header)
    sides = [(row[at_from].strip().casefold(), row[at_to].strip().casefold()) for _, _, row in rows]
    own = _own(said, file, sides)
    amount = find(["Amount", "Value"], header)
    tickers = Counter(
        found[1].upper()
        for _, _, row in rows
        if amount is not None and (found := _WITH_TICKER.search(row[amount].strip()))
    )
    del tickers["WEI"]
    usual = next((coin for names, coin in _COINS if re.search(names, file, re.IGNORECASE)), "ETH")
    coin = tickers.most_common(1)[0][0] if tickers else usual
    symbols = _token_names(header, rows)
    made: Rows = []
    for (number, line, row), (source, target), symbol in zip(rows, sides, symbols, strict=True):
        direction = (
            "self" if source == target == own else "out" if source == own else "in" if target == own else "other"
        )
        units = row[amount].strip() if amount is not None else ""
        wei = _WEI.fullmatch(units)
        if wei:
            units = f"{Decimal(wei[1].replace(',', '')).scaleb(-18):f}"
        made.append((number, line, [*row, direction, coin, units, symbol]))
    return (*header, "Direction", "Coin", "Units", "Token Asset"), made


def _own(said: SourceFile, file: str, sides: Sequence[tuple[str, str]]) -> str:
    everywhere = set.intersection(*(set(side) for side in sides)) if sides else set()
    named = [found.casefold() for found in _ADDRESS.findall(file)]
    there = {address for side in sides for address in side}
    known = said.address.strip().casefold() or next((address for address in named if address in there), "")
    if known and sides and known not in there:
        says = f"The address {said.address} that case.yaml names for this file stands in none of its rows."
        raise Wrong("import-address", says, "Correct the address under sources in case.yaml.", said.address)
    if known or not sides:
        return known
    if len(everywhere) == 1:
        return everywhere.pop()
    says = "The file shows moves between addresses and does not say which of them is yours."
    todo = f"Say so in case.yaml: sources: {{{file}: {{address: 0x…}}}}"
    raise Wrong("import-address", says, todo)


def _token_names(header: Sequence[str], rows: Rows) -> list[str]:
    """What the token of each row is called. Anyone may issue a token that calls itself as another does."""
    symbol, label, contract = (find([name], header) for name in ("TokenSymbol", "Token", "ContractAddress"))
    if symbol is None and label is None:
        return [""] * len(rows)
    named: list[tuple[str, str]] = []
    for _, _, row in rows:
        text = row[symbol].strip() if symbol is not None else row[label].strip() if label is not None else ""
        short = re.search(r"\(([^()]+)\)$", text) if symbol is None else None
        named.append((short[1] if short else text, row[contract].strip().casefold() if contract is not None else ""))
    contracts: dict[str, set[str]] = defaultdict(set)
    for name, address in named:
        contracts[name].add(address)
    return [
        f"{name} ({address[:10] or 'token'})" if len(contracts[name]) > 1 or name.upper() in _NATIVE else name
        for name, address in named
    ]


def base_units(header: Sequence[str], rows: Rows, said: SourceFile, file: str) -> tuple[Sequence[str], Rows]:
    """Amounts in a token's smallest units to whole ones: adds the column Units, Amount over ten to the Decimals."""
    amount, decimals = place_of(["Amount"], header), place_of(["Decimals"], header)
    factor = find(["Multiplier"], header)
    made: Rows = []
    for number, line, row in rows:
        digits = row[decimals].strip()
        times = row[factor].strip() if factor is not None else ""
        try:
            whole = cells.number(row[amount])
            plain = not times or cells.number(times) in (None, 1)
        except cells.NotRead:
            whole, plain = None, False
        read = whole is not None and plain and re.fullmatch(r"[0-9]{1,2}", digits, re.ASCII)
        units = f"{whole.scaleb(-int(digits), exact.EXACT):f}" if read and whole is not None else "not readable"
        made.append((number, line, [*row, units]))
    return (*header, "Units"), made
