"""An amended year to the papers beside its forms: a letter to the client, and one page for the preparer's review."""

from collections.abc import Sequence
from pathlib import Path

from niner.amend.papers.cost import cost_of
from niner.amend.papers.findings import findings_of, spoken
from niner.amend.year import YearAmended
from niner.money import dollars_printed, dollars_spoken
from niner.shown.letter_page import Letter, letter
from niner.shown.pages import markdown, page
from niner.values import Finding
from niner.words.form_names import form_order, is_printed

_IN_LETTER = {"amend-owed", "amend-closed", "amend-limited", "interest-rate-missing"}
_MOST_POINTS = 8  # what one page holds beside the lines


def client_letter(
    folder: Path,
    this: YearAmended,
    others: Sequence[YearAmended],
    findings: Sequence[Finding],
    themes: Sequence[Path] = (),
) -> Letter:
    """The letter to the client: today's draft, or as it was edited in the case folder. The SSN is not in it."""
    case, filed = this.result.case, this.carried_as_filed
    draft = markdown(
        "letters",
        "amended.md.j2",
        themes,
        this=this,
        year=this.year,
        when=this.deadline,
        name=case.name_on_forms,
        address=case.letter_head,
        joint=case.taxpayer.filing_status == "married_joint",
        reasons=_reasons(this),
        cost=cost_of(this),
        carried=sum(this.result.carryover_out),
        filed_carried=None if filed is None else sum(filed),
        others=sorted(others, key=lambda one: one.year),
        open_points=_for_the_client(this, findings),
        state=[finding.says for finding in findings if finding.id.startswith("state-")],
        money=dollars_spoken,
        day=spoken,
    )
    title = f"Your amended {this.year} tax return: {case.name_on_forms}"
    return letter(folder, this.year, "amended", title, draft, themes, today={"interest": _interest_today(this)})


def _interest_today(this: YearAmended) -> str:
    """The interest and its day, which are others tomorrow: “$119.69 to 26 November 2026”."""
    found = cost_of(this).interest
    missing = f", as far as the rate is known (that of {found.missing} is not yet)" if found.missing else ""
    return f"{dollars_spoken(found.cents)} to {spoken(found.until)}{missing}"


def review_sheet(this: YearAmended, findings: Sequence[Finding], themes: Sequence[Path] = ()) -> bytes:
    """Columns A, B and C of Form 1040-X, the causes, the days and what is open, on one page of HTML."""
    comparison = this.comparison
    tax = this.result.rules.place("total_tax").at
    points = sorted(
        (finding for finding in findings if finding.severity == "review"),
        key=lambda finding: -abs(finding.amount_cents or 0),
    )
    return page(
        "amend",
        "review_sheet.html.j2",
        themes=themes,
        this=this,
        year=this.year,
        when=this.deadline,
        name=this.result.case.name_on_forms,
        rules_sha=this.result.rules.sha256,
        rows=_rows(this),
        causes=[
            (number, comparison.words(cause), cause, cause.effect.get(tax, 0))
            for number, cause in enumerate(comparison.causes, 1)
        ],
        days=_days(this),
        open_points=points[:_MOST_POINTS],
        more=max(len(points) - _MOST_POINTS, 0),
        money=dollars_printed,
        day=spoken,
    )


def _for_the_client(this: YearAmended, findings: Sequence[Finding]) -> list[str]:
    """What is open, in a sentence each, without what the letter says already: the causes, and what is owed."""
    causes = {finding.says for finding in findings_of(this)[: len(this.comparison.causes)]}
    open_ = (f.says for f in findings if f.severity == "review" and f.says not in causes and f.id not in _IN_LETTER)
    # What speaks of the files of the case is for the preparer.
    return [says for says in open_ if ".yaml" not in says]


def _reasons(this: YearAmended) -> list[str]:
    """Each cause in a few words, as a sentence starts."""
    said = [this.comparison.words(cause) for cause in this.comparison.causes]
    return [words[:1].upper() + words[1:].rstrip(".") for words in said]


def _rows(this: YearAmended) -> list[tuple[str, str, dict[str, int]]]:
    """Each printed line of Form 1040-X: its number, what it is, and its columns; a line of one column has it in C."""
    words = this.result.rules.words()["f1040x"]
    found: dict[str, dict[str, int]] = {}
    for line, value in this.result.lines.as_mapping().get("f1040x", {}).items():
        if is_printed(line) and not isinstance(value, bool):
            number, _, column = line.partition(".")
            found.setdefault(number, {})[column or "c"] = value
    return [
        (number, words[number].partition(";")[0].rstrip("."), found[number]) for number in sorted(found, key=form_order)
    ]


def _days(this: YearAmended) -> list[tuple[str, str]]:
    when, cost = this.deadline, cost_of(this)
    found = [
        ("Claim by, to be safe", spoken(when.claim_by) if when.open else "closed"),
        ("Last day of the claim", spoken(when.claim_until)),
        ("The IRS can assess more tax until", spoken(when.assessed_by)),
        ("… where more than a quarter of income was left out", spoken(when.long_assessed_by)),
        ("Most that can come back", dollars_printed(this.claimable_cents)),
        (f"Interest to {spoken(cost.interest.until)}", dollars_printed(cost.interest.cents)),
    ]
    found += [("Postponed because of a disaster", f"{one.disaster}, to {spoken(one.ends)}") for one in when.postponed]
    if cost.interest.missing:
        found.append(("Interest rate not known", cost.interest.missing))
    if cost.facts["understatement"] and this.owed_cents:
        substantial = "substantial" if cost.substantial else "not substantial"
        over = dollars_printed(int(cost.facts["substantial_above"]))
        found.append(
            ("Tax shown too low by", f"{dollars_printed(int(cost.facts['understatement']))}: {substantial} ({over})")
        )
    short_term, long_term = (dollars_printed(cents) for cents in this.result.carryover_out)
    found.append((f"Loss carried to {this.year + 1}", f"{short_term} short-term, {long_term} long-term"))
    return found
