"""A return as it was filed: filed/<year>.yaml, and each later change of it as a dated entry beside it."""

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema, model_validator

from niner.case.fields import (
    AMOUNT_SCHEMA,
    ANSWER_SCHEMA,
    Block,
    FilingStatus,
    First,
    Money,
    PositiveMoney,
    Text,
    Year,
    money,
    yes_no,
)
from niner.case.folder import parse_document
from niner.case.locked import refuse_half_locked
from niner.case.model import CarryoverIn
from niner.case.people import Dependent
from niner.dataclass import dataclass
from niner.files.reading import YAML_BYTES, Unreadable, read_text
from niner.values import Finding, Refused, Source

NOT_READ = "?"  # in place of a figure that a person is to look at first; such an entry can't be locked
FORMS = ("f1040", "f1040s1", "f1040s2", "f1040s3", "f1040sd", "f6251", "f8949", "f8959", "f8960")
Amounts = Mapping[str, Mapping[str, int | bool]]


def _day(value: Any) -> date:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(value).strip()):
            raise ValueError
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise ValueError("is not a day such as 2024-04-15") from None


_IN_PARENTHESES = re.compile(r"\(\s*([^-+()]+?)\s*\)")  # a loss, as the forms print it


def _figure(value: Any) -> int | bool:
    text = str(value).strip().lower()
    if text == NOT_READ:
        raise ValueError("could not be read from the PDF; write what stands there, or nothing if the box is empty")
    printed = _IN_PARENTHESES.fullmatch(text)
    if printed:
        return -money(printed[1])
    return yes_no(text) if text in ("yes", "no", "true", "false") else money(value)


def _by_form(value: Any) -> Any:
    """Lines without a form's name are those of Form 1040; a line left empty was empty."""
    if not isinstance(value, dict):
        return value
    if value and not any(isinstance(inner, dict) or key in FORMS for key, inner in value.items()):
        value = {"f1040": value}
    return {
        form: {line: figure for line, figure in lines.items() if figure is not None}
        if isinstance(lines, dict)
        else lines
        for form, lines in value.items()
        if lines is not None
    }


_PRINTED_LOSS = {"type": "string", "pattern": r"^\(\s*(?=.*\d)\$?([1-9]\d{0,2}(,\d{3})+|\d+)?(\.\d*)?\s*\)$"}
_OF_A_LINE: dict[str, Any] = {"anyOf": [*ANSWER_SCHEMA["anyOf"], AMOUNT_SCHEMA, _PRINTED_LOSS, {"type": "null"}]}
_OF_A_FORM: dict[str, Any] = {"type": "object", "additionalProperties": _OF_A_LINE}
_OF_A_RETURN = {
    "anyOf": [
        {
            "type": "object",
            "properties": {form: {"anyOf": [_OF_A_FORM, {"type": "null"}]} for form in FORMS},
            "additionalProperties": False,
        },
        _OF_A_FORM | {"propertyNames": {"not": {"enum": list(FORMS)}}},
    ]
}
_OF_A_DAY = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}

Day = Annotated[date, First(_day), WithJsonSchema(_OF_A_DAY)]
Figure = Annotated[int | bool, First(_figure)]
FormName = Literal["f1040", "f1040s1", "f1040s2", "f1040s3", "f1040sd", "f6251", "f8949", "f8959", "f8960"]
Lines = Annotated[dict[FormName, dict[str, Figure]], First(_by_form), WithJsonSchema(_OF_A_RETURN)]


class Payment(Block):
    """Tax paid otherwise than by withholding and estimated payments, without interest and penalties."""

    paid_on: Day
    amount: PositiveMoney


class FiledReturn(Block):
    """filed/<year>.yaml: the lines of the return by form, in the year's own numbering, and when and how it was filed.

    Money in cents. `payments` is None where the file does not say; an empty list says that nothing else was paid.
    """

    tax_year: Year
    filed_on: Day | None = None
    filed_by: Literal["e-file", "paper"] | None = None
    extended_to: Day | None = None
    filing_status: FilingStatus | None = None
    payments: tuple[Payment, ...] | None = None
    digital_asset_income: Money | None = None
    dependents: tuple[Dependent, ...] = ()
    lines: Lines = Field(default_factory=dict)
    carryover_out: CarryoverIn | None = None

    @model_validator(mode="after")
    def _filed_in_time(self) -> "FiledReturn":
        if self.filed_on and self.filed_on.year <= self.tax_year:
            raise ValueError("“filed_on” lies before the end of the tax year.")
        return self


class Adjustment(Block):
    """A later change of a filed return, by the IRS or by an amended return: the lines as they were then."""

    tax_year: Year
    adjusted_on: Day
    by: Literal["irs", "taxpayer"] = "irs"
    says: Text = ""
    lines: Lines = Field(default_factory=dict)
    digital_asset_income: Money | None = None
    additional_tax_paid: PositiveMoney = 0
    additional_refund: PositiveMoney = 0


@dataclass(frozen=True, slots=True)
class Filed:
    """One year as filed and as adjusted since, oldest entry first."""

    year: int
    original: FiledReturn
    adjustments: tuple[Adjustment, ...] = ()
    snapshot: Path | None = None
    """The folder with the newest entry's return.json, ledger and case, where Niner wrote it."""

    @property
    def lines(self) -> dict[str, dict[str, int | bool]]:
        """Each form's lines as filed, or as previously adjusted."""
        found = {form: dict(lines) for form, lines in self.original.lines.items()}
        for entry in self.adjustments:
            for form, lines in entry.lines.items():
                found.setdefault(form, {}).update(lines)
        return {str(form): lines for form, lines in found.items()}

    @property
    def first_lines(self) -> dict[str, dict[str, int | bool]]:
        """Each form's lines as first filed, whatever was adjusted since."""
        return {str(form): dict(lines) for form, lines in self.original.lines.items()}

    @property
    def digital_asset_income(self) -> int | None:
        """Income in digital assets as filed or as adjusted since, cents; None where no entry says."""
        given = [self.original.digital_asset_income, *(entry.digital_asset_income for entry in self.adjustments)]
        return next((amount for amount in reversed(given) if amount is not None), None)

    @property
    def paid_since(self) -> int:
        """Tax paid after the original return, cents."""
        return sum(entry.additional_tax_paid for entry in self.adjustments)

    @property
    def refunded_since(self) -> int:
        """Refunds of tax beyond that of the original return, cents."""
        return sum(entry.additional_refund for entry in self.adjustments)


def filed_path(folder: Path, year: int) -> Path:
    """Where a year's return stands as filed."""
    return folder / "filed" / f"{year}.yaml"


def filed_years(folder: Path) -> list[int]:
    """The years with a filed return in the case folder."""
    found = (folder / "filed").glob("*.yaml") if (folder / "filed").is_dir() else ()
    return sorted(int(path.stem) for path in found if re.fullmatch(r"[0-9]{4}", path.stem))


def entry_paths(folder: Path, year: int) -> list[Path]:
    """The files of later entries for a year, oldest first."""
    found = (folder / "filed").glob(f"{year}-adjusted-*.yaml") if (folder / "filed").is_dir() else ()
    return sorted(path for path in found if re.fullmatch(r"[0-9]{4}-adjusted-[0-9]{4}-[0-9]{2}-[0-9]{2}", path.stem))


def read_filed(folder: Path, year: int) -> Filed:
    """The year as filed and adjusted. Raises Refused with every problem of its files."""
    refuse_half_locked(folder, year)
    path = filed_path(folder, year)
    if not os.path.lexists(path):
        says = f"There is no filed/{year}.yaml: Niner does not know what was filed for {year}."
        todo = (
            f"If Niner prepared it, lock its output with: niner file {folder} --year {year}. "
            f"Otherwise write the form to fill in with: niner file {folder} --year {year} --template"
        )
        raise Refused([Finding("filed-missing", "error", says, todo, source=Source(f"filed/{year}.yaml"))])
    problems: list[Finding] = []
    original = _read(path, FiledReturn, problems)
    entries = [_read(entry, Adjustment, problems) for entry in entry_paths(folder, year)]
    if original is not None and original.tax_year != year:
        says = f"filed/{year}.yaml says that it is for {original.tax_year}."
        problems.append(Finding("filed-year", "error", says, "Correct tax_year.", source=Source(f"filed/{year}.yaml")))
    if problems or original is None:
        raise Refused(problems)
    adjustments = tuple(sorted((e for e in entries if e is not None), key=lambda e: e.adjusted_on))
    return Filed(year, original, adjustments, _snapshot(folder, year))


def _snapshot(folder: Path, year: int) -> Path | None:
    """The newest entry's snapshot; one without a return is no use once a later entry has none of its own."""
    newest = [*(path.stem for path in entry_paths(folder, year)[::-1]), str(year)][0]
    place = folder / "filed" / newest
    return place if (place / "return.json").is_file() else None


def _read(path: Path, model: type[Any], problems: list[Finding]) -> Any:
    name = f"filed/{path.name}"
    try:
        return parse_document(model, read_text(path, YAML_BYTES), name)
    except Unreadable as problem:
        says = f"{name} can't be read: {problem.why}."
        problems.append(Finding("filed-unreadable", "error", says, problem.todo, source=Source(name, problem.row)))
    except Refused as refused:
        problems += [replace(finding, id=finding.id.replace("case-", "filed-")) for finding in refused.findings]
    return None
