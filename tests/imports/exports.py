"""Downloads for tests, in a few lines, and what they become."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from niner.case.folder import parse_case
from niner.imports import Event, Imported, complete, read_downloads

CASE = """\
tax_year: 2025
taxpayer: {first_name: Ada, last_name: Example, ssn: 900-12-3456, filing_status: single}
elections: {timezone: America/New_York}
"""


def imported(folder: Path, files: Mapping[str, str | bytes], more: str = "") -> Imported:
    """The downloads `files`, by name within the ledger folder, read with `more` lines of case.yaml."""
    for name, text in files.items():
        path = folder / name if name.startswith("formats/") else folder / "ledger" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return complete(read_downloads(folder, parse_case(CASE + more)))


def said(found: Imported) -> list[str]:
    """What is wrong with the files, in words; worths that only a price file can tell stand in `missing_prices`."""
    return [one.says for one in found.findings if one.severity == "error" and one.id != "prices-missing"]


def units(found: Imported) -> dict[str, Decimal]:
    """The change of all files, by asset."""
    total: dict[str, Decimal] = {}
    for file in found.files:
        for asset, quantity in file.change.items():
            total[asset] = total.get(asset, Decimal(0)) + quantity
    return {asset: quantity for asset, quantity in total.items() if quantity}


def short(event: Event) -> str:
    """An event in a line: `buy 100 USD > 2 BTC fee 1 USD =100`."""
    sides = [" + ".join(f"{leg.quantity:f} {leg.asset}" for leg in side) for side in (event.sent, event.received)]
    fees = "".join(f" {'inside' if f.inside else 'fee'} {f.quantity:f} {f.asset}" for f in event.fees)
    worth = f" ={event.usd_value:f}" if event.usd_value is not None else ""
    return f"{event.kind} {' > '.join(side for side in sides if side)}{fees}{worth}".replace("  ", " ")


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """A small .xlsx with these sheets, as a spreadsheet saves one: text inline, numbers as they are."""

    def cell(value: object) -> str:
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
        return f"<c><v>{value}</v></c>"

    numbered = list(enumerate(sheets, 1))
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{kinds}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {space} xmlns:r="{kinds}"><sheets>'
        + "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in numbered)
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        + "".join(
            f'<Relationship Id="r{n}" Type="{kinds}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in numbered
        )
        + "</Relationships>",
    }
    for n, name in numbered:
        data = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in sheets[name])
        parts[f"xl/worksheets/sheet{n}.xml"] = f"<worksheet {space}><sheetData>{data}</sheetData></worksheet>"
    return packed({name: f'<?xml version="1.0"?>{text}'.encode() for name, text in parts.items()})


def packed(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()
