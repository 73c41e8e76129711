"""Who a return is for: the blocks of case.yaml that name people, their bank and their preparer."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, SecretStr, WithJsonSchema

from niner.case.fields import Block, FilingStatus, First, Name, Ssn, Words, YesNo, day, zip_code


def _digits(least: int, most: int, what: str) -> Any:
    """Digits alone, as they stand on a form; kept secret. The message never repeats them."""

    def digits(value: Any) -> str:
        text = re.sub(r"[ -]", "", str(value or "").strip())
        if not re.fullmatch(rf"[0-9]{{{least},{most}}}", text):
            raise ValueError(f"is not {what}")
        return text

    shape = {"type": ["string", "integer"], "pattern": r"^[0-9 -]+$"}
    return Annotated[SecretStr, First(digits), WithJsonSchema(shape)]


def _routing(value: Any) -> str:
    """A bank's routing number of nine digits whose weighted sum ends in 0 (ANSI X9.100-160). Raises ValueError."""
    text = str(value or "").strip()
    if not re.fullmatch(r"[0-9]{9}", text):
        raise ValueError("is not a routing number of nine digits")
    if sum(weight * int(digit) for weight, digit in zip((3, 7, 1) * 3, text, strict=True)) % 10:
        raise ValueError("is not a routing number: its last digit does not fit the others; copy it from a check")
    return text


def _account(value: Any) -> str:
    text = str(value or "").strip()
    if not re.fullmatch(r"[A-Za-z0-9-]{1,17}", text):
        raise ValueError("is not an account number of at most 17 letters, digits and hyphens")
    return text


def _ptin(value: Any) -> str:
    text = str(value or "").strip().upper()
    if not re.fullmatch(r"P[0-9]{8}", text):
        raise ValueError("is not a PTIN such as P01234567")
    return text


Pin = _digits(6, 6, "an identity protection PIN of six digits")
DesigneePin = _digits(5, 5, "a number of five digits that the designee chose")
Born = Annotated[date, First(day)]


class Address(Block):
    street: Words = ""
    apartment: Words = ""
    city: Words = ""
    state: Words = ""
    zip: Annotated[Words, AfterValidator(zip_code)] = ""
    foreign_country: Words = ""
    foreign_province: Words = ""
    foreign_postal_code: Words = ""


class Person(Block):
    first_name: Name
    last_name: Name
    ssn: Ssn
    born: Born | None = None
    died: Born | None = None
    blind: YesNo = False
    occupation: Words = ""
    ip_pin: Pin | None = None  # type: ignore[valid-type]
    campaign: YesNo = False


class Taxpayer(Person):
    filing_status: FilingStatus
    address: Address = Address.model_construct()
    phone: Words = ""
    email: Words = ""


class Dependent(Block):
    """A dependent, as Form 1040 asks; the last four are asked from 2025, and `born` for 2021."""

    first_name: Name
    last_name: Name
    ssn: Ssn
    relationship: Words = ""
    born: Born | None = None
    credit: Literal["child_tax_credit", "other_dependent_credit", "none"] = "none"
    lived_with_you: YesNo = False
    lived_in_us: YesNo = False
    full_time_student: YesNo = False
    disabled: YesNo = False


MOST_NOTATIONS = 3  # the fields beside the box of Form 1040


def _notations(value: Any) -> Any:
    listed = value if isinstance(value, list | tuple) else [value] if value else []
    if len(listed) > MOST_NOTATIONS:
        raise ValueError(f"has more than {MOST_NOTATIONS} notations, and Form 1040 no field for them")
    return listed


class Boxes(Block):
    """What Form 1040 asks in boxes beside persons and amounts; which year's form has which, the table of boxes says."""

    qualifying_child: Words = ""
    """The child that makes a head of household or a surviving spouse, where it is no dependent."""
    treated_as_resident: YesNo = False
    """The spouse of a joint return is a nonresident or dual-status alien who is treated as a resident all year."""
    main_home_in_us: YesNo = False
    filed_under_301_9100_2: YesNo = False
    combat_zone: Words = ""
    other_notation: Annotated[
        tuple[Words, ...],
        First(_notations),
        WithJsonSchema(
            {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "maxItems": MOST_NOTATIONS}]}
        ),
    ] = ()
    """What instructions want written at the top: one notation, or a list of up to three."""
    former_spouse_ssn: Ssn | None = None
    """The former spouse with whom estimated payments were made."""
    ira_other_code: Words = ""
    pension_other_code: Words = ""


class Bank(Block):
    """The account that a refund goes to."""

    routing: Annotated[str, First(_routing)]
    account: Annotated[SecretStr, First(_account), WithJsonSchema({"type": ["string", "integer"]})]
    type: Literal["checking", "savings"]


class Designee(Block):
    """Whom the IRS may speak with about the return, with the number of five digits that person chose."""

    name: Name
    phone: Words = ""
    pin: DesigneePin | None = None  # type: ignore[valid-type]


def _nobody(value: Any) -> Any:
    if isinstance(value, dict | Designee):
        return value
    if str(value).strip().lower() in ("no", "false"):
        return "no"
    raise ValueError("must be the designee’s name, phone and pin, or no where there is none")


_Nobody = Annotated[Literal["no"], WithJsonSchema({"enum": [False, "no"]})]
DesigneeOrNo = Annotated[Designee | _Nobody, First(_nobody)]
"""Whom the IRS may speak with; no says that there is nobody."""


class Alimony(Block):
    """What Schedule 1 asks beside alimony: the recipient's number, and the day of each agreement."""

    recipient_ssn: Ssn | None = None
    paid_agreement: Born | None = None
    received_agreement: Born | None = None


class Preparer(Block):
    """Who prepared the return for pay."""

    name: Name
    ptin: Annotated[str, First(_ptin)]
    self_employed: YesNo = False
    firm_name: Words = ""
    firm_phone: Words = ""
    firm_address: Words = ""
    firm_ein: Words = ""
