"""Forms 1099-DA and 1099-B in the JSON of the Financial Data Exchange (FDX), alone or attached to a PDF, to sales.

The names are those of FDX 6.4 and 6.5: `Tax1099Da` with `digitalAssetDetails`, `Tax1099B` with `securityDetails`, on
their own or anywhere within what an exchange wraps them in.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from niner.brokers.reading.columns import Row, sale_of
from niner.brokers.values import ReportedSale, Withheld
from niner.dataclass import dataclass
from niner.files.reading import Unreadable
from niner.imports.layouts.compile import Wrong
from niner.values import Finding, Source

NOT_A_FORM = "Rows of Form 8949 as Niner worked them out, in the shape of a form. No broker sent this."
"""What the JSON of `niner export` says of itself, so that nobody takes it for what was reported."""
_DEEPEST = 40
_SECONDS = 60
_LISTS = {"digitalAssetDetails": "1099-DA", "securityDetails": "1099-B"}
# The box of a canonical column by the names that FDX (6.4, 6.5 and earlier) gives it in the two details.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "code": ("checkboxOnForm8949",),
    "asset": ("symbol", "digitalAssetName", "securityName", "saleDescription"),
    "units": ("units", "numberOfShares", "quantity"),
    "acquired": ("dateAcquired",),
    "sold": ("dateOfSale",),
    "proceeds": ("proceeds", "salesPrice"),
    "basis": ("costBasis",),
    "market_discount": ("accruedMarketDiscount",),
    "wash_sale": ("washSaleLossDisallowed",),
    "basis_reported": ("basisReported",),
    "proceeds_type": ("grossOrNet",),
    "withheld": ("federalTaxWithheld",),
    "loss_not_allowed": ("lossNotAllowed",),
    "term": ("longOrShort",),
    "customer_provided": ("customerProvided", "customerProvidedInformation", "customerProvidedAcquisitionInformation"),
    "noncovered": ("noncoveredSecurity", "noncovered"),
    "count": ("numberOfTransactions", "transactionCount"),
    "first_sales": ("primarySaleProceeds", "proceedsFromPrimarySale", "firstSaleProceeds"),
    "transferred_in": ("unitsTransferredIn", "numberOfUnitsTransferredIn", "transferredInUnits"),
    "transferred_on": ("transferInDate", "dateTransferredIn", "transferredInDate"),
    "transaction": ("taxStatementId",),
}
_TOTALS = {"stablecoin": "stablecoin_total", "nft": "nft_total", "nonfungible": "nft_total"}


@dataclass(slots=True)
class Fdx:
    """What a document says: sales, tax withheld beyond their rows, corrected forms, and what is wrong with it."""

    sales: list[ReportedSale] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rows: int = 0


def read_fdx(data: bytes, file: str, broker: str, zone: tzinfo | None, tax_year: int) -> Fdx:
    """The sales of a JSON document; `broker` takes the place of the issuer's name. Raises Unreadable."""
    try:
        document = json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_int=Decimal)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Unreadable("it is no JSON document that is whole", "Download it again.") from None
    found = Fdx()
    forms = list(_forms(document, 0))
    if not forms:
        todo = "Download the Form 1099-DA as .csv or as FDX JSON, or fill the table: niner brokers --template."
        raise Unreadable("it holds no Form 1099-DA or 1099-B in the way of FDX", todo)
    for form in forms:
        _read_form(form, found, file, broker, zone, tax_year)
    return found


def _forms(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    """Every block of the document that has a list of sales."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        if any(isinstance(value.get(name), list) for name in _LISTS):
            yield value
        else:
            for part in value.values():
                yield from _forms(part, depth + 1)
    elif isinstance(value, list):
        for part in value:
            yield from _forms(part, depth + 1)


def _read_form(form: Mapping[str, Any], found: Fdx, file: str, broker: str, zone: tzinfo | None, tax_year: int) -> None:
    year = int(form["taxYear"]) if isinstance(form.get("taxYear"), Decimal) else tax_year
    issuer = broker or _issuer(form)
    first = len(found.sales)
    for name, kind in _LISTS.items():
        for detail in form.get(name) or ():
            found.rows += 1
            row = Row(Source(file, found.rows), found.rows, issuer, ("iso", "%m/%d/%Y"), zone, year)
            if not isinstance(detail, dict):
                says = "A sale of the form is no block of names and values."
                found.findings.append(Finding("brokers-row", "error", says, "Download it again.", source=row.source))
                continue
            texts = _texts(detail) | {"form": kind, "account": _text(form.get("accountNumber")), "tax_year": str(year)}
            texts["corrected"] = _text(form.get("corrected"))
            try:
                found.sales.append(sale_of(texts, row))
            except Wrong as problem:
                told = Finding(problem.id, "error", str(problem), problem.todo, source=row.source)
                found.findings.append(told)
    whole = form.get("federalTaxWithheld")
    rows = sum(sale.withheld for sale in found.sales[first:])
    if isinstance(whole, Decimal) and whole * 100 > rows:
        found.withheld.append(Withheld(Source(file), issuer, year, int(whole * 100) - rows))


def _issuer(form: Mapping[str, Any]) -> str:
    party = form.get("issuer")
    name = party.get("businessName") if isinstance(party, dict) else None
    return _text(name.get("name1")) if isinstance(name, dict) else _text(name)


def _texts(detail: Mapping[str, Any]) -> dict[str, str]:
    texts = {}
    for column, names in _NAMES.items():
        texts[column] = next((_text(detail[name]) for name in names if detail.get(name) is not None), "")
    if detail.get("variousDatesAcquired") is True:
        texts["acquired"] = "VARIOUS"
    if detail.get("ordinary") is True:
        texts["term"] = "ordinary"
    texts["kind"] = _kind(detail)
    return texts


def _kind(detail: Mapping[str, Any]) -> str:
    """Box 11a, by whichever name says that the row is a total: a box that is ticked, or a word for its kind."""
    for name, value in detail.items():
        said = f"{name} {value}" if isinstance(value, str) else name if value is True else ""
        for word, kind in _TOTALS.items():
            bare = said.casefold().replace("-", "").replace("_", "")
            if word in bare and name not in ("digitalAssetName", "securityName", "saleDescription", "symbol"):
                return kind
    return ""


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value if isinstance(value, str) else ""


def attached_json(data: bytes) -> list[tuple[str, bytes]]:
    """The JSON files attached to a PDF, by name. The PDF is opened in a process of its own. Raises Unreadable."""
    command = [sys.executable, "-P", "-c", "from niner.brokers.reading.fdx import serve; serve()"]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=2 * _SECONDS, check=True)
        found = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError, OSError):
        raise Unreadable("it is a PDF that does not open", "Save it anew, or download the form as .csv.") from None
    if not found:
        todo = "Fill the table from its pages: niner brokers --template. Or download the form as .csv or JSON."
        raise Unreadable("it is a PDF with no data attached; figures are not read from a printed page", todo)
    return [(name, text.encode()) for name, text in sorted(found.items())]


def serve() -> None:
    """The process of `attached_json`: the PDF on standard input, its attached JSON on standard output."""
    import io

    import pikepdf

    data = sys.stdin.buffer.read()
    from niner.forms.pack.verify import limit_process

    limit_process(_SECONDS)
    found: dict[str, str] = {}
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for name, spec in pdf.attachments.items():
            text = spec.get_file().read_bytes()
            if name.lower().endswith(".json") or text.lstrip()[:1] in (b"{", b"["):
                found[name] = text.decode("utf-8", "replace")
    print(json.dumps(found))
