"""A year's return to one page of totals that can be typed into any program, with what has to be attached."""

from collections.abc import Sequence

from niner.dataclass import dataclass
from niner.handover.values import HandedRow
from niner.money import Amounts, dollars_printed, total
from niner.printing.sheets import form_findings, listed, summary_code
from niner.returns.year import YearReturn
from niner.shown.pages import page
from niner.values import Finding
from niner.words.form_names import line_name


@dataclass(frozen=True, slots=True)
class BoxTotals:
    """Totals of a box (and account) of Form 8949, or of what is totalled straight on Schedule D, to be typed. Cents."""

    term: str
    box: str
    line: str
    account: str
    rows: int
    code: str
    sums: Amounts
    direct: bool

    @property
    def where(self) -> str:
        """The line of Schedule D that it goes to, as people call it."""
        return line_name("f1040sd", self.line)


@dataclass(frozen=True, slots=True)
class Check:
    """A line that a program must show once the totals are in."""

    what: str
    amount: int


def box_totals(result: YearReturn, by_account: bool = False) -> list[BoxTotals]:
    """Each box and line, in the order of the form; with `by_account` one for each account, as Exception 2 wants."""
    listing = {id(row) for row in listed(result.rows)}
    groups: dict[tuple[str, str, str, str, bool], list[int]] = {}
    for place, row in enumerate(result.rows):
        direct = id(row) not in listing
        account = row.disposition.wallet if by_account and not direct else ""
        groups.setdefault((row.term, row.box, row.line, account, direct), []).append(place)
    found = []
    for (term, box, line, account, direct), places in groups.items():
        rows = [result.rows[place] for place in places]
        sums = total(row.sums for row in rows)
        code = "" if direct else summary_code(rows, result.rules)
        found.append(BoxTotals(term, box, line, account, len(rows), code, sums, direct))
    return found


def checks(result: YearReturn) -> list[Check]:
    """What Schedule D and Form 1040 must say, in the year's own numbering. Cents."""
    places = (
        "short_term_carried_in",
        "net_short_term",
        "long_term_carried_in",
        "net_long_term",
        "net_gain",
        "capital_gain",
    )
    found = []
    for name in places:
        place = result.rules.place(name)
        amount = result.lines.at(place)
        if amount is not None:
            found.append(Check(line_name(place.form, place.lines[0]), amount))
    return found


def totals_sheet(result: YearReturn, rows: Sequence[HandedRow]) -> bytes:
    """The page as HTML, without a taxpayer number; what clients wrote is escaped."""
    lines = box_totals(result, by_account=True)
    statements = sum(not one.direct for one in lines)
    attached: list[Finding] = form_findings(result, "f8949", in_packet=True, statements=statements)
    return page(
        "handover",
        "totals.html.j2",
        name=result.case.name_on_forms,
        year=result.year,
        draft=result.rules.draft,
        boxes=lines,
        checks=checks(result),
        other=[line_name("f1040sd", line) for line in result.case.schedule_d.elsewhere],
        count=len(rows),
        attached=attached,
        whole=result.case.elections.rounding == "dollars",
        money=dollars_printed,
    )
