"""What the scalars of case.yaml and its sister files are: amounts, days, answers, names. Each arrives as text."""

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, SecretStr, WithJsonSchema
from pydantic_core import core_schema

from niner.money import parse_cents
from niner.words.letters import NoLetters, without_accents
from niner.words.plain import strange

FilingStatus = Literal["single", "married_joint", "married_separate", "head_of_household", "surviving_spouse"]
_MOST_CENTS = 10**14  # a trillion dollars


def money(value: Any) -> int:
    """Cents from an amount in dollars as it stands in a file. Raises ValueError."""
    if value is None or isinstance(value, dict | list):
        raise ValueError("needs an amount in dollars, such as 85000 or 85,000.50")
    try:
        found = parse_cents(str(value))
    except ValueError:
        raise ValueError("is not an amount in dollars, such as 85000 or 85,000.50") from None
    if abs(found) >= _MOST_CENTS:
        raise ValueError("is a trillion dollars or more, which no return holds")
    return found


def not_negative(value: int) -> int:
    if value < 0:
        raise ValueError("may not be negative; write it as a positive amount")
    return value


def _ssn(value: Any) -> str:
    digits = re.fullmatch(r"([0-9]{3})-?([0-9]{2})-?([0-9]{4})", str(value or "").strip())
    if not digits or digits[1] in ("000", "666") or digits[2] == "00" or digits[3] == "0000":
        raise ValueError("is not a social security number of nine digits; copy it from the card, hyphens or not")
    return "".join(digits.groups())


def yes_no(value: Any) -> bool:
    """True or False from yes or no as it stands in a file. Raises ValueError."""
    answers = {"yes": True, "true": True, "no": False, "false": False}
    answer = answers.get(str(value).strip().lower())
    if answer is None:
        raise ValueError("must be yes or no")
    return answer


def zone(value: Any) -> str:
    if str(value) not in _zones():
        meant = _zone_meant(str(value))
        raise ValueError(f"is not a time zone name; write {meant or 'one such as America/New_York'}")
    return ZoneInfo(str(value)).key


_BY_PARTS = {"America/New_York": "eastern et edt", "America/Chicago": "central ct cst cdt",
             "America/Denver": "mountain mt mdt", "America/Los_Angeles": "pacific pt pst pdt"}  # fmt: skip


def _zone_meant(text: str) -> str:
    """The zone that a text names in other words, a city or a part of the United States; empty where none is clear."""
    word = text.strip().lower().removesuffix(" time").removesuffix(" standard").strip()
    named = next((name for name, words in _BY_PARTS.items() if word in words.split()), "")
    cities = [name for name in sorted(_zones()) if name.rpartition("/")[2].lower() == word.replace(" ", "_")]
    return named or (cities[0] if len(cities) == 1 else "")


# Names of clocks that are never set to summer time, which people write for a place that does.
_WITHOUT_SUMMER_TIME = {"EST": "America/New_York", "MST": "America/Denver, or in Arizona America/Phoenix"}


def home_zone(value: Any) -> str:
    """The zone of a taxpayer, by whose clock days are told."""
    if str(value) in _WITHOUT_SUMMER_TIME:
        raise ValueError(f"has no summer time; write {_WITHOUT_SUMMER_TIME[str(value)]}")
    return zone(value)


@cache
def _zones() -> frozenset[str]:
    """The zones that mean the same on every machine: the public list, without those that a machine's owner sets."""
    listed = (files("tzdata") / "zones").read_text("ascii").split()
    return frozenset(listed) - {"Factory", "localtime", "posixrules"}


def _words(value: str) -> str:
    """Words that the forms can print. Raises ValueError."""
    character = strange(value)
    if character:
        raise ValueError(f"holds a character that can't be seen or printed ({character}); type it again")
    try:
        without_accents(value)
    except NoLetters as none:
        raise ValueError(
            f"holds “{none.character}”, which the forms' letters don't have; write it in Latin letters, "
            "as on the papers of the Social Security Administration"
        ) from None
    return value


def zip_code(value: str) -> str:
    if any(c.isdigit() and not c.isascii() for c in value):
        raise ValueError("has digits of another script; write it with 0 to 9")
    return value


def day(value: Any) -> date:
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise ValueError("must be a day such as 2009-04-15") from None


def year_of(value: Any) -> int:
    if not re.fullmatch(r"[0-9]{4}", str(value).strip()):
        raise ValueError("must be a year such as 2024")
    return int(str(value))


# How the same texts look to an editor (JSON Schema); the validators beside them decide.
_DOLLARS = r"\$?([1-9]\d{0,2}(,\d{3})+|\d+)?(\.\d*)?$"
AMOUNT_SCHEMA: dict[str, Any] = {"type": ["number", "string"], "pattern": r"^[-+]?(?=.*\d)" + _DOLLARS}
POSITIVE_SCHEMA: dict[str, Any] = {"type": ["number", "string"], "minimum": 0, "pattern": r"^\+?(?=.*\d)" + _DOLLARS}
ANSWER_SCHEMA = {
    "anyOf": [
        {"enum": [True, False, "yes", "no"]},
        {"type": "string", "pattern": "^([Yy]es|YES|[Nn]o|NO|[Tt]rue|[Ff]alse)$"},
    ]
}
_DIGITS = {"type": ["string", "integer"], "pattern": r"^(?!000|666)\d{3}-?(?!00)\d{2}-?(?!0000)\d{4}$"}
_OF_A_YEAR = {"type": ["integer", "string"], "minimum": 1000, "maximum": 9999, "pattern": r"^\d{4}$"}


class Checked:
    """What a scalar is checked by and how it looks to an editor, made once: a case has hundreds of fields of few kinds,
    and pydantic would look at the function of each anew."""

    def __init__(self, function: Callable[[Any], Any], kind: core_schema.CoreSchema, shape: dict[str, Any]) -> None:
        self._schema = core_schema.no_info_before_validator_function(function, kind)
        self._shape = shape

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return self._schema.copy()

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return self._shape.copy()


class Worded:
    """Words that the forms can print, of at least and at most so many characters, told to pydantic once as well."""

    def __init__(self, most: int, least: int | None = None) -> None:
        text = core_schema.str_schema(min_length=least, max_length=most)
        self._schema = core_schema.no_info_after_validator_function(_words, text)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return self._schema.copy()


class First:
    """What a function of one argument makes of a value first, as by BeforeValidator, which looks at each function."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self._function = function

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self._function, handler(source))


def _positive(value: Any) -> int:
    return not_negative(money(value))


Money = Annotated[int, Checked(money, core_schema.int_schema(), AMOUNT_SCHEMA)]
PositiveMoney = Annotated[int, Checked(_positive, core_schema.int_schema(), POSITIVE_SCHEMA)]
Ssn = Annotated[SecretStr, First(_ssn), WithJsonSchema(_DIGITS)]
YesNo = Annotated[bool, Checked(yes_no, core_schema.bool_schema(), ANSWER_SCHEMA)]
Year = Annotated[int, Checked(year_of, core_schema.int_schema(), _OF_A_YEAR)]
Name = Annotated[str, Worded(60, least=1)]
Words = Annotated[str, Worded(100)]
Text = Annotated[str, Worded(2000)]


class Block(BaseModel):
    """A block of keys in a case file: unknown keys are errors, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True)
