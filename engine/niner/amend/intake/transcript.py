"""Turns the text of an IRS account transcript into its transactions, each with its code's meaning, and what is odd.

What a code means is data (rules/transcript_codes.yaml); a code that is not there is listed and never guessed.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import yaml

from niner.dataclass import dataclass
from niner.files.reading import YAML_BYTES, read_text
from niner.money import dollars_printed, parse_cents
from niner.resources import room
from niner.values import Finding, Refused, Source
from niner.words.plain import visible, without_ssn

_CODE_LINE = re.compile(r"\s*(\d{3})\s+(?=[A-Za-z])")
_TRANSACTION = re.compile(
    r"\s*(?P<code>\d{3})\s+(?P<says>[A-Za-z].*?)\s+(?:(?P<cycle>\d{6,8})\s+)?(?P<day>\d{1,2}-\d{1,2}-\d{4})"
    r"(?:\s+(?P<amount>[-−(]?\s*\$?\s*[-−]?\s*[\d,]+\.\d{2}\)?))?\s*"
)
_PERIOD = re.compile(r"tax period[^:\n]*:?\s*([^\n]*)", re.IGNORECASE)
_FORM = re.compile(r"form number:?\s*(\S+)", re.IGNORECASE)
_NUMBER = re.compile(r"taxpayer identification number:?\s*\S*?(\d{4})\b", re.IGNORECASE)
_RECEIVED = re.compile(
    r"return due date or return received date[^\n]*?\)?\s*:?\s*"
    r"([A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}|\d{2}-\d{2}-\d{4})",
    re.IGNORECASE,
)
_NAMED = {
    "balance": "account balance",
    "agi": "adjusted gross income",
    "taxable_income": "taxable income",
    "total_tax": "tax per return",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class Code:
    """What a transaction code means: in words, to Niner, the sign of its amount, what it takes back, and whether it
    came with the return."""

    says: str
    means: str
    side: str
    undoes: tuple[str, ...] = ()
    with_return: bool = False


@dataclass(frozen=True, slots=True)
class CodeTable:
    """rules/transcript_codes.yaml: the codes, the lines of Form 1040 that figures belong to, and the authorities: of
    the codes, and of what a payment is for."""

    codes: Mapping[str, Code]
    lines: Mapping[str, str]
    authority: str
    payments_are_for: str


@dataclass(frozen=True, slots=True)
class Transaction:
    """One line of the account: code, the transcript's words, the day, and the amount in cents (a credit negative)."""

    code: str
    says: str
    day: date
    cents: int
    row: int
    means: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """An account transcript of one year. `named` are the figures above the transactions, cents by name."""

    file: str
    year: int
    last_digits: str
    received: date | None
    named: Mapping[str, int]
    transactions: tuple[Transaction, ...]
    findings: tuple[Finding, ...]

    def of(self, *means: str) -> list[Transaction]:
        """The transactions of some meaning, in the order of their days."""
        return sorted((t for t in self.transactions if t.means in means), key=lambda t: (t.day, t.row))


@lru_cache(maxsize=1)
def code_table() -> CodeTable:
    """The table of codes that ships with the rules."""
    data: dict[str, Any] = yaml.safe_load(read_text(room("rules") / "transcript_codes.yaml", YAML_BYTES))
    codes = {
        str(code): Code(
            str(c["says"]),
            str(c["means"]),
            str(c["side"]),
            tuple(map(str, c.get("undoes", ()))),
            c.get("with_return") is True,
        )
        for code, c in data["codes"].items()
    }
    lines = {str(k): str(v) for k, v in data["lines"].items()}
    return CodeTable(codes, lines, str(data["authority"]), str(data["payments_are_for"]))


def read_transcript(text: str, file: str) -> Transcript:
    """The transcript in `text`. Raises Refused where it is none of Form 1040 for one year, or a line can't be read."""
    problems: list[Finding] = []
    year = _year(text, file, problems)
    form = _FORM.search(text)
    if form and not re.fullmatch(r"1040\w*", form[1]):
        says = f"{file} is a transcript of Form {visible(form[1][:20])}, not of Form 1040."
        problems.append(Finding("transcript-form", "error", says, "Give the account transcript of Form 1040."))
    known = code_table().codes
    found: list[Transaction] = []
    for row, line in enumerate(text.splitlines(), 1):
        if not _CODE_LINE.match(line):
            continue
        match = _TRANSACTION.fullmatch(line)
        day = day_of(match["day"]) if match else None
        if match is None or day is None:
            shown = visible(without_ssn(line.strip())[:60])
            says = f"This line begins like a transaction and can't be read: “{shown}”."
            todo = "A transaction has a code, words, a day as 04-15-2024 and an amount, on one line. Mend it in a copy."
            problems.append(Finding("transcript-row", "error", says, todo, source=Source(file, row)))
            continue
        code = match["code"]
        means = known[code].means if code in known else ""
        says = visible(without_ssn(" ".join(match["says"].split()))[:80])
        found.append(Transaction(code, says, day, _cents(match["amount"] or "0.00"), row, means))
    if not found and not problems:
        says = f"{file} has no transaction of an IRS account transcript."
        todo = "Save the account transcript (not the return transcript) as text, with one transaction a line."
        problems.append(Finding("transcript-empty", "error", says, todo, source=Source(file)))
    if problems:
        raise Refused(problems)
    number = _NUMBER.search(text)
    received = _RECEIVED.search(text)
    named = _figures(text)
    return Transcript(
        file,
        year,
        number[1] if number else "",
        day_of(received[1]) if received else None,
        named,
        tuple(found),
        tuple(_odd(found, named, file)),
    )


def _year(text: str, file: str, problems: list[Finding]) -> int:
    years = {int(y) for said in _PERIOD.findall(text) for y in re.findall(r"\b(20\d\d)\b", said)}
    if len(years) != 1:
        says = f"{file} is of {' and '.join(map(str, sorted(years)))}." if years else f"{file} names no tax period."
        todo = "Give the account transcript of one year, with its line “TAX PERIOD: Dec. 31, 2023”."
        problems.append(Finding("transcript-year", "error", says, todo, source=Source(file)))
    return min(years, default=0)


def day_of(text: str) -> date | None:
    """A day as 04-15-2024 or Apr. 15, 2024; None where it is none."""
    try:
        if match := re.fullmatch(r"(\d{1,2})-(\d{1,2})-(\d{4})", text):
            return date(int(match[3]), int(match[1]), int(match[2]))
        if match := re.fullmatch(r"([A-Za-z]{3})[a-z]*\.? (\d{1,2}), (\d{4})", text):
            return date(int(match[3]), _MONTHS.index(match[1].lower()) + 1, int(match[2]))
    except ValueError:
        return None
    return None


def _cents(text: str) -> int:
    """An amount as the transcript prints it; a credit has a minus, or stands in parentheses."""
    bare = re.sub(r"[\s$()]", "", text.replace("−", "-"))
    return -parse_cents(bare.lstrip("-")) if "-" in bare or "(" in text else parse_cents(bare)


def _figures(text: str) -> dict[str, int]:
    found = {}
    for name, label in _NAMED.items():
        match = re.search(rf"^\W*{label}:?\s*([-−]?\$?[-−]?[\d,]+\.\d\d)", text, re.IGNORECASE | re.MULTILINE)
        if match:
            found[name] = _cents(match[1])
    return found


def _odd(found: list[Transaction], named: Mapping[str, int], file: str) -> Iterator[Finding]:
    """Codes that are not known, amounts of the wrong sign, and a balance that the lines do not make."""
    table = code_table()
    for one in found:
        where, said = Source(file, one.row), dollars_printed(one.cents)
        code = table.codes.get(one.code)
        if code is None:
            says = f"Code {one.code} (“{one.says}”, {one.day.isoformat()}, {said}) is not known: it is left out."
            todo = "See what it is in IRS Document 6209, section 8A, and write into the entry what follows from it."
            yield Finding("transcript-unknown-code", "review", says, todo, source=where)
        elif (code.side == "debit" and one.cents < 0) or (code.side == "credit" and one.cents > 0):
            says = f"Code {one.code} ({code.says.lower()}) has {said}, which is the wrong sign."
            todo = "See whether a minus sign was lost, or came in, when the transcript became text."
            yield Finding("transcript-sign", "review", says, todo, table.authority, source=where)
    total = sum(one.cents for one in found)
    if "balance" in named and total != named["balance"]:
        balance, off = dollars_printed(named["balance"]), total - named["balance"]
        says = f"The transactions add up to {dollars_printed(total)}, and the account balance is {balance}."
        todo = "A line of the transcript is missing, or there twice. Save it as text again, whole."
        yield Finding("transcript-balance", "review", says, todo, amount_cents=off, source=Source(file))
