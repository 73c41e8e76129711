"""A return, or what is known of one, to the drafts of its letters in Markdown; the words stand in templates/letters."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from niner.brokers import Brokers
from niner.case import Case
from niner.case.identifications import FOLDER, Record
from niner.case.rulings import Allocation, AnyRuling, Picked, PickedAhead, StandingOrder
from niner.dataclass import dataclass
from niner.money import dollars_printed, dollars_spoken, parse_cents
from niner.printing.sheets import listed, summary_rows
from niner.printing.unfilled import Unfilled
from niner.report.summary import summary
from niner.returns.reported.residual import Residual
from niner.returns.year import YearReturn
from niner.shown.pages import markdown
from niner.values import Finding, Refused, by_weight

_MOST = 200  # points of a checklist
_LOTS = (Picked, PickedAhead, StandingOrder, Allocation)


def client_draft(result: YearReturn, unfilled: Sequence[Unfilled], themes: Sequence[Path]) -> str:
    """The letter that goes with an original return."""
    case, said = result.case, summary(result, 0, unfilled)
    place = next(at for at, line in enumerate(said) if line.what == "Used this year")
    end = next(at for at, line in enumerate(said) if line.what == f"Carries to {result.year + 1}")
    used, *worth = (line.says for line in said[place:end])
    short, long = result.carryover_out
    terms = [f"{dollars_spoken(cents)} {term}" for cents, term in ((short, "short-term"), (long, "long-term")) if cents]
    method, pool = case.elections.chosen(result.year)
    limit = result.rules.compiled.parameters["capital_loss_limit"].by_status[case.taxpayer.filing_status]
    return markdown(
        "letters",
        "client.md.j2",
        themes,
        name=case.name_on_forms,
        address=case.letter_head,
        year=result.year,
        draft=result.rules.draft,
        joint=case.spouse is not None and case.taxpayer.filing_status == "married_joint",
        summary=[*said[:place], *said[end + 1 :]],
        worth=[_sentence(used), *worth],
        carried=" and ".join(terms),
        limit=dollars_spoken(int(limit)),
        method=_METHODS.get(method or "", "first in, first out, as the rules have it where nothing is chosen"),
        pool={"wallet": "each wallet by itself", "universal": "all wallets as one pool"}.get(
            pool or "", "the pool of the year's rules"
        ),
        question=result.digital_question,
        open_points=[f.says for f in by_weight(result.findings) if f.severity == "review"],
    )


_METHODS = {
    "fifo": "those acquired first",
    "lifo": "those acquired last",
    "hifo": "those with the highest cost",
    "lofo": "those with the lowest cost",
    "specific": "those that records name",
}


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


@dataclass(frozen=True, slots=True)
class _Point:
    says: str
    todo: str
    at_stake: str
    source: str


def missing_draft(
    case: Case | None, year: int, findings: Sequence[Finding], wallets: Sequence[str], brokers: Brokers | None,
    themes: Sequence[Path],
) -> str:  # fmt: skip
    """The checklist of what is missing: errors first, then what is to be settled by the money at stake."""
    weighed = by_weight(findings)
    needed = [_point(f) for f in weighed if f.severity == "error"]
    open_ = [_point(f) for f in weighed if f.severity == "review"]
    forms = sorted({f"{one.form} of {one.broker}" for one in brokers.sales}) if brokers else []
    carried = case.carried_in if case else None
    lost = carried.short_term + carried.long_term if carried else 0
    return markdown(
        "letters",
        "missing.md.j2",
        themes,
        year=year,
        name=case.name_on_forms if case else "",
        needed=needed[:_MOST],
        more_needed=max(len(needed) - _MOST, 0),
        open=open_[:_MOST],
        more_open=max(len(open_) - _MOST, 0),
        wallets=wallets,
        forms=forms,
        carried_in=dollars_spoken(lost) if lost else "none",
        without_return=case is None or case.return_ is None,
    )


def _point(one: Finding) -> _Point:
    stake = dollars_spoken(abs(one.amount_cents)) if one.amount_cents and one.severity == "review" else ""
    return _Point(one.says, one.todo, stake, str(one.source or ""))


def exception_2_draft(result: YearReturn, statements: str, themes: Sequence[Path]) -> str:
    """The statement under Exception 2: one line a broker and box, code M, together with what the form has.

    Raises Refused where no row goes on Form 8949.
    """
    rows = _summary(result)
    sums = {name: sum(parse_cents(row[name]) for row in rows) for name in _COLUMNS}
    return markdown(
        "letters",
        "exception-2.md.j2",
        themes,
        name=result.case.name_on_forms,
        year=result.year,
        code=result.rules.parameter("summary_code"),
        rows=[
            {
                **_columns({name: parse_cents(row[name]) for name in _COLUMNS}),
                **{name: row[name] for name in ("box", "broker", "code")},
                "count": row["rows"],
            }
            for row in rows
        ],
        total={**_columns(sums), "count": len(listed(result.rows))},
        statements=statements,
    )


_COLUMNS = {"proceeds": "d", "basis": "e", "adjustment": "g", "gain": "h"}


def _columns(amounts: Mapping[str, int]) -> dict[str, Any]:
    return {_COLUMNS[name]: dollars_printed(cents) for name, cents in amounts.items()}


def _summary(result: YearReturn) -> list[dict[str, str]]:
    rows = summary_rows(result)
    if not rows:
        says = f"Form 8949 of {result.year} has no rows: there is nothing to attach."
        raise Refused([Finding("letter-none", "error", says, "It is for years with sales that the form lists.")])
    return rows


def form_8453_draft(result: YearReturn, statements: str, themes: Sequence[Path]) -> str:
    """What goes on Form 8453, of which there is no blank here. Raises Refused where no row goes on Form 8949."""
    _summary(result)
    case = result.case
    return markdown(
        "letters",
        "form-8453.md.j2",
        themes,
        year=result.year,
        name=f"{case.taxpayer.first_name} {case.taxpayer.last_name}",
        joint=case.spouse is not None and case.taxpayer.filing_status == "married_joint",
        spouse=f"{case.spouse.first_name} {case.spouse.last_name}" if case.spouse else "",
        address=case.letter_head[1:],
        rows=len(listed(result.rows)),
        statements=statements,
    )


def lots_draft(
    case: Case,
    year: int,
    records: Mapping[str, Record],
    broken: Sequence[Finding],
    rulings: Sequence[tuple[int, AnyRuling]],
    themes: Sequence[Path],
) -> str:
    """The records of which units were sold, each with its hash, and the entries of decisions.yaml about lots."""
    used = {getattr(ruling, "record", "") for _, ruling in rulings}
    return markdown(
        "letters",
        "lots.md.j2",
        themes,
        name=case.name_on_forms,
        year=year,
        records=[_record(one, one.file in used) for one in records.values()],
        rulings=[
            {"what": _ruled(ruling), "by": ruling.by, "on": ruling.on, "why": ruling.why, "line": line}
            for line, ruling in rulings
            if isinstance(ruling, _LOTS) and not getattr(ruling, "record", "").startswith(f"{FOLDER}/")
        ],
        broken=[f"{one.source}: {one.says} {one.todo}" for one in broken],
    )


def _record(one: Record, used: bool) -> dict[str, str]:
    says = one.says
    if "rule" in says:
        what = f"Standing order: {says['rule'].upper()} for {', '.join(says['wallets'])} from {says['since']}"
    else:
        lots = ", ".join(f"{lot['quantity']} of {lot['acquired']}" for lot in says.get("lots", []))
        what = f"{says.get('quantity')} {says.get('asset')} from {says.get('wallet')}: {lots}"
    told = "told to the broker" if says.get("told") == "broker" else "kept in one's own books"
    state = "It is used" if used else "It stands in no entry of decisions.yaml, so it is not used"
    return {
        "what": what,
        "made_at": str(says.get("made_at", "")),
        "by": str(says.get("by", "")),
        "told": told,
        "state": state,
        "file": one.file,
        "sha256": one.sha256,
    }


def _ruled(ruling: AnyRuling) -> str:
    if isinstance(ruling, Picked):
        picks = ", ".join(f"{pick.quantity:f} of {pick.from_}" for pick in ruling.lots)
        return f"{ruling.row}: {picks}, identified {ruling.identified_on or 'at no stated time'}"
    if isinstance(ruling, PickedAhead):
        picks = ", ".join(f"{pick.quantity:f} of {pick.from_}" for pick in ruling.lots)
        sale = ruling.sale
        return f"{sale.quantity:f} {sale.asset} from {sale.wallet}: {picks}, identified {ruling.identified_on}"
    if isinstance(ruling, StandingOrder):
        wallets = ", ".join(ruling.wallets)
        return f"{ruling.rule.upper()} for {wallets} from {ruling.since}, recorded {ruling.recorded_on}"
    assert isinstance(ruling, Allocation)
    return f"Allocation of {ruling.allocation}, {ruling.method}, recorded {ruling.recorded_on}"


def cp2000_draft(case: Case, year: int, residual: Residual, themes: Sequence[Path]) -> str:
    """The words of an answer to a notice about what brokers reported; its tables are the answer sheet's."""
    groups = [
        {
            "broker": one.broker,
            "account": one.account,
            "form": one.form,
            "code": one.code,
            "reported": dollars_printed(one.reported),
            "gain_by_form": dollars_printed(one.gain_by_form),
            "gain": dollars_printed(one.gain),
            "reasons": [_sentence(reason.counted) for reason in one.reasons],
        }
        for one in residual.groups
    ]
    return markdown(
        "letters", "cp2000.md.j2", themes, year=year, name=case.name_on_forms, foots=residual.foots, groups=groups
    )
