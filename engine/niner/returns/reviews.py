"""A year's return to the facts that the rules remark on, and their remarks to findings. The words are the rules'."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import attrgetter

from niner.asked import HALF_OF_A_MOVE
from niner.case import Case
from niner.ledger import Transaction
from niner.ledger.columns import Columns, distinct, those
from niner.lots import WalletLots
from niner.money import whole_cents
from niner.returns.facts.hints import hint_places
from niner.returns.facts.noticed import Noticed
from niner.returns.plan import Plan, RulesOf, Treatments, election_facts, of_each, told
from niner.returns.rows import Row
from niner.rules import Conclusion, FactValue, Lines, YearRules
from niner.values import Finding, Source

Facts = dict[str, FactValue]

_CASE = Source("case.yaml")
_PAYMENTS = {"withholding", "withholding_1099", "estimated_payments"}
_HALVES = ("transfer_out", "transfer_in")
_MOST_DAYS = 5
_FAR = timedelta(days=3)
"""From a moment no row of it has a taxpayer's day that is as far away."""


def _activity_facts(case: Case, rules: YearRules, own: Sequence[Transaction]) -> Facts:
    """What happened to digital assets in the year, and what the case elects for it."""

    def digital(name: str) -> bool:
        return bool(name) and case.asset(name).class_ != "security"

    likes = distinct(own, "kind", "sent_asset", "received_asset", "fee_asset")
    kinds = {kind for kind, sent, received, _ in likes if digital(sent) or digital(received)}
    fields = rules.compiled.kinds["return"].fields.values()
    return election_facts(case, case.tax_year) | {
        "disposed_fee": any(digital(fee) or (kind == "fee" and digital(sent)) for kind, sent, _, fee in likes),
        **{field.name: not kinds.isdisjoint(field.rows_of) for field in fields if field.rows_of},
    }


def return_facts(
    case: Case,
    rules: YearRules,
    plan: Plan,
    own: Sequence[Transaction],
    rows: Sequence[Row],
    lines: Lines,
    seen: Noticed,
) -> Facts:
    """Everything that rules and remarks about a return may ask; what a line or the case does not know is 0 or no.

    `own` are the ledger's rows of the year, `rows` the form's, `seen` what stands out among both.
    """
    most = int(rules.parameter("various_from"))
    lots_of_sales = _lots_of_sales(rows, case.elections.various)
    taken: Facts = {}
    for field in rules.compiled.kinds["return"].fields.values():
        if field.taken_from:
            value = lines.taken(field.taken_from)
            taken[field.name] = bool(value) if field.type == "yes_no" else int(value or 0)
    return {
        **_activity_facts(case, rules, own),
        **plan.facts,
        **taken,
        "figures_given": case.return_ is not None,
        "payments_left_out": _payments_left_out(case),
        "spouse_given": case.spouse is not None,
        "schedule_d_answers_given": {"qof_disposition", "form_4952"} <= case.schedule_d.model_fields_set,
        "rows": len(rows),
        "sales_of_many_lots": sum(count > most for count in lots_of_sales),
        "various_elected": case.elections.various,
        "most_lots": max(lots_of_sales, default=0),
        # What brokers/ has was compared already.
        "rows_basis_reported": sum(row.parts[0].basis_reported and row.parts[0].said is None for row in rows)
        if True in distinct(own, "basis_reported")
        else 0,
        "rows_same_day_lot": len(seen.same_day),
        "same_day_result": sum(abs(row.gain_cents) for row in {id(row): row for row in seen.same_day}.values()),
        "gifts_noted_spouse": len(seen.gifts_of_a_spouse),
        "nfts_not_said": len(seen.nfts_not_said),
        "lines_elsewhere": ", ".join(name for name in case.schedule_d.elsewhere if not name.endswith("a")),
        "reported_sales_with_fee_in_units": len(seen.fee_in_units),
        "fees_in_units": whole_cents(sum(t.fee_cents or 0 for t in seen.fee_in_units)),
        **_payer_facts(case),
        **_attachments(case, rules),
        **_business_facts(case, int(taken["self_employment_income"])),
        **_disclosure_facts(case),
    }


def _lots_of_sales(rows: Sequence[Row], together: bool) -> list[int]:
    """Of how many lots each sale's rows of a term and box are; `together`: where a row may stand for several."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for alike, several in groupby(rows, key=attrgetter("term", "box")):  # as the form has them, box after box
        of_alike = [row.parts for row in several]
        counts[alike].update([parts[0].transaction for parts in of_alike])
        for parts in of_alike if together else ():
            counts[alike][parts[0].transaction] += len(parts) - 1
    return [count for of_sales in counts.values() for count in of_sales.values()]


def _disclosure_facts(case: Case) -> Facts:
    """How many positions the case discloses, and what Form 8275 asks of them and it does not say."""
    missing = dict.fromkeys(name for position in case.disclosures for name in position.missing)
    return {
        "disclosures": len(case.disclosures),
        "disclosures_open": bool(missing),
        "disclosure_questions": ", ".join(missing),
    }


def _business_facts(case: Case, profit: int) -> Facts:
    """What Schedule C asks and the case does not say."""
    missing = case.schedule_c.missing(loss=profit < 0)
    return {"business_questions_open": bool(missing), "business_questions": ", ".join(missing)}


def _attachments(case: Case, rules: YearRules) -> Facts:
    """The forms that figures of the return come from and that are attached to it, by the rules' table."""
    rows = rules.table("attachments").items() if case.return_ is not None else ()
    called = dict.fromkeys(str(row.cells["form"]) for name, row in rows if getattr(case.return_, name, 0))
    return {"attachments_called_for": bool(called), "attachments": "; ".join(called)}


def _payer_facts(case: Case) -> Facts:
    """What Schedule B asks and the case does not say."""
    given = case.return_
    missing = case.schedule_b.missing(given.taxable_interest, given.ordinary_dividends) if given else ()
    return {"schedule_b_open": bool(missing), "schedule_b_questions": ", ".join(missing)}


def return_remarks(
    rules: YearRules,
    facts: Facts,
    seen: Noticed,
) -> list[Finding]:
    """What the rules remark on the return, each with the place of the first fact it rests on that has one."""
    places = dict.fromkeys(("lot_method_elected", "pool_elected", "elected", "not_elected", "time_zone_given"), _CASE)
    if seen.same_day:
        places["rows_same_day_lot"] = seen.same_day[0].disposition.source
    places |= hint_places(seen)
    if seen.gifts_of_a_spouse:
        places["gifts_noted_spouse"] = seen.gifts_of_a_spouse[0].source
    if seen.nfts_not_said:
        places["nfts_not_said"] = seen.nfts_not_said[0].disposition.source
    if seen.fee_in_units:
        places["reported_sales_with_fee_in_units"] = seen.fee_in_units[0].source
    found = []
    for said in rules.remarks("return", [facts])[0]:
        source = next((places[name] for name in said.fields if name in places), None)
        found.append(said.finding(source))
    return found


def fee_findings(own: Sequence[Transaction], why: Callable[[Transaction], Mapping[str, Conclusion]]) -> list[Finding]:
    """What the rules say of the year's fees, each sentence once."""
    known: dict[int, list[Finding]] = {}  # rows alike have the very same conclusions
    found: dict[str, Finding] = {}
    each = of_each(own, why)
    last = dict(zip(map(id, each), range(len(each)), strict=True))  # in the order in which they first come
    for at in (*last.values(), *sorted(last.values())):
        because = each[at]
        if id(because) not in known:
            known[id(because)] = told("fee-treatment", because["fee_treatment"], None)
        found.update((f.says, f) for f in known[id(because)])
    return list(found.values())


def wallet_remarks(rules_of: RulesOf, settled: Sequence[WalletLots]) -> list[Finding]:
    """What the rules of the year in which wallets became pools remark on each wallet that took over other lots."""
    found = []
    for lots in settled:
        fact: Facts = {
            "tax_year": lots.year,
            "lots_from_others": lots.lots,
            "units_without_lot": not lots.lots,
            "allocation_differs": lots.recorded is not None and not lots.lot,
            "lot_overdrawn": bool(lots.lot),
            "recorded": "" if lots.recorded is None else f"{lots.recorded:f}",
            "lot": lots.lot,
            "asset": lots.asset,
            "wallet": lots.wallet,
            "units": f"{lots.units:f}",
            "days": ", ".join(day.isoformat() for day in lots.days[:_MOST_DAYS]),
            "basis": lots.basis_cents,
        }
        found += [said.finding() for said in rules_of(lots.year).remarks("wallet_lots", [fact])[0]]
    return found


def day_facts(case: Case, transactions: Sequence[Transaction]) -> Facts:
    """By whose days the rows are dated, and what could be of another year by those of another place."""
    day, rows, edge = timedelta(days=1), Columns.of(transactions), []
    for turn in (datetime(case.tax_year + n, 1, 1, tzinfo=UTC) for n in (0, 1)):
        around = rows.between(turn.date() - _FAR, turn.date() + _FAR)
        near = around.where([turn - day < instant < turn + day for instant in around.instants])
        edge += [t for t in near if t.timed]
    return {
        "time_zone_given": case.elections.timezone is not None,
        "rows_near_new_year": len(edge),
        "worth_near_new_year": whole_cents(sum(t.value_cents or 0 for t in edge)),
    }


def half_moves(rules: YearRules, transactions: Sequence[Transaction], year: int) -> list[Finding]:
    """What the rules say of halves of moves whose other half is not known."""
    halves = those(transactions, lambda t: t.kind in _HALVES)
    if not halves:
        return []
    taken = {t.sent_asset for t in transactions if t.day.year == year and t.kind not in _HALVES}
    taken |= {t.fee_asset for t in transactions if t.day.year == year}
    facts: list[Facts] = [
        {"kind": t.kind, "tax_year": year, "asset_disposed_of": (t.sent_asset or t.received_asset) in taken}
        for t in halves
    ]
    decided = rules.conclude("transaction", facts, HALF_OF_A_MOVE)
    return [
        finding
        for t, conclusions in zip(halves, decided, strict=True)
        for finding in told("half-of-a-move", conclusions["half_of_a_move"], t.source, t.kind, t.value_cents)
    ]


def with_candidates(found: Sequence[Finding]) -> list[Finding]:
    """Each half of a move told once: by what the rules say of it, with what it may be and the lines that settle it."""
    asked = {finding.source: finding for finding in found if finding.id == "transfer-unmatched"}
    decided = {finding.source for finding in found if finding.id == "half-of-a-move"}
    told = []
    for finding in found:
        half = asked.get(finding.source)
        if half is None or finding.id not in ("half-of-a-move", "transfer-unmatched"):
            told.append(finding)
        elif finding.id == "half-of-a-move":
            says = f"{half.says} {finding.says}"
            todo = f"{half.todo}. {finding.todo}"
            told.append(replace(finding, says=says, todo=todo, amount_cents=half.amount_cents, line=half.line))
        elif finding.source not in decided:
            told.append(finding)
    return told


def with_authority(found: Sequence[Finding], transactions: Sequence[Transaction], ways: Treatments) -> list[Finding]:
    """Moves that were matched by time and amount, with the law by which a move is no disposition."""
    proposed = {finding.source for finding in found if finding.id == "transfer-proposed"}
    moves = [t for t in those(transactions, lambda t: t.kind == "transfer") if t.source in proposed] if proposed else []
    of = {t.source: ways.conclusions(ways.alike(t))["treatment"].authority for t in moves}
    return [
        replace(finding, authority=of[finding.source])
        if finding.id == "transfer-proposed" and finding.source in of
        else finding
        for finding in found
    ]


def _payments_left_out(case: Case) -> bool:
    """Wages, and not a word of what was withheld from them or paid: the case does not say it yet."""
    given = case.return_
    return given is not None and given.wages > 0 and not _PAYMENTS & given.model_fields_set
