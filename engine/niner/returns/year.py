"""A case and its ledger to one tax year's return: rows, income, every line, what carries forward, what to review."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from niner.asked import DIGITAL_QUESTION, FILLS
from niner.brokers import NONE, Brokers
from niner.brokers.reconcile import Reconciled
from niner.case import Asset, Case
from niner.dataclass import dataclass
from niner.ledger import NO_RECORDS, Records, Transaction
from niner.ledger.columns import of_year
from niner.lots import Departure, Lot, Opening, Replaced
from niner.returns.behind import NOTHING, Behind
from niner.returns.facts.hints import hint_facts, unknown_wallets
from niner.returns.facts.leaving import departure_remarks
from niner.returns.facts.noticed import noticed
from niner.returns.facts.rebuying import rebought
from niner.returns.footing import not_footing
from niner.returns.income import Income, income_of
from niner.returns.inputs import (
    boxes_by_hand,
    boxes_not_filled,
    kinds_with_a_line,
    with_boxes,
    without_line,
    worksheet_inputs,
)
from niner.returns.matching import Matching, matching
from niner.returns.plan import RulesOf, told
from niner.returns.reported.against import with_withholding
from niner.returns.reviews import (
    day_facts,
    fee_findings,
    return_facts,
    return_remarks,
    with_authority,
    with_candidates,
)
from niner.returns.rows import Row, added, form_rows, on_one_row
from niner.returns.units.choosing import AsIf
from niner.returns.units.uncounted import said_of_records
from niner.rules import Conclusion, Lines, YearRules
from niner.values import Finding, Refused

_AS_IT_IS = AsIf()


@dataclass(frozen=True, slots=True)
class YearReturn:
    """Everything one year's forms are printed from."""

    case: Case
    year: int
    rules: YearRules
    rows: tuple[Row, ...]
    income: tuple[Income, ...]
    lines: Lines
    held: tuple[Lot, ...]
    opening: Opening | None
    """What each wallet held on the day on which it became a pool of its own, where that day is of the year."""
    digital_question: Conclusion
    findings: tuple[Finding, ...]
    departures: tuple[Departure, ...]
    """Lots of units that left in the year without a sale."""
    filled: Mapping[str, bool]
    """Whether Form 1040, its Schedules 1, 2 and D and Forms 6251 and 8960 are filled where they have amounts."""
    not_attached: frozenset[str]
    """Forms that are worked out and kept, because nothing calls for them."""
    fills: Mapping[str, Conclusion]
    """Why each of them is filled, or only carried to the carry sheet."""
    replaced: tuple[Replaced, ...] = ()
    """Losses of wash sales of the year, or in the basis of what was sold in it or is held, and where each went."""
    form_dirs: tuple[Path, ...] = ()
    """A firm's own folders of forms, by which it was held against what they add up."""
    carried_from: str = "case.yaml"
    """Where the loss carried in came from: case.yaml, a file, years of the ledger, or nothing."""
    reported: Reconciled | None = None
    """What brokers reported against the year's sales; None where nothing is matched."""
    behind: Behind = NOTHING
    """How the ledger came to its moves and dollars, for those who check the return."""

    @property
    def capital_gain_line(self) -> str:
        """Form 1040's line for the result of Schedule D in this year's numbering."""
        return self.rules.place("capital_gain").line

    def amount(self, place: str) -> int:
        """The figure of a place of the rules as it is printed, cents; 0 where it is not known."""
        return self.lines.at(self.rules.place(place)) or 0

    @property
    def carryover_out(self) -> tuple[int, int]:
        """(short-term, long-term) loss carried to next year, cents, positive."""
        return self.amount("short_term_carried_on"), self.amount("long_term_carried_on")


def year_return(
    case: Case,
    transactions: Sequence[Transaction],
    rules_of: RulesOf,
    findings: Sequence[Finding] = (),
    progress: Callable[[int], None] | None = None,
    matched: Matching | None = None,
    form_dirs: Sequence[Path] = (),
    records: Records = NO_RECORDS,
    as_if: AsIf = _AS_IT_IS,
    filed: bool = False,
    brokers: Brokers = NONE,
) -> YearReturn:
    """The return for `case.tax_year`. `findings` are what is known so far; raises Refused if any error is among them.

    `matched` is the ledger in lots, where it is known already, with what was written down of lots and what brokers
    reported; else `records` and `brokers` have that. `form_dirs` are a firm's own forms; `filed` whether the year's
    return was filed before.
    `rules_of` gives a year's rules; years before the first with rules use the first's, to bring their lots forward.
    """
    year = case.tax_year
    rules = rules_of(year)
    case = with_boxes(case, rules)
    found = [*findings, *rules.said()]
    if matched is None:
        matched = matching(case, transactions, rules_of, progress, records=records, as_if=as_if, brokers=brokers)
    lots = matched
    found = with_authority(with_candidates([*found, *lots.findings]), lots.transactions, lots.ways)
    case, said = with_withholding(case, rules, lots.brokers)
    found += said
    upto, dispositions = lots.transactions, lots.dispositions(year)
    rows: list[Row] = []
    reported: Reconciled | None = None
    whole = case.elections.rounding == "dollars"
    if lots.matched is not None:
        days = rules.parameter("wash_sale_days")
        assert isinstance(days, int)
        reported = lots.against(case, rules)
        found += reported.findings
        rows, said = form_rows(
            reported.dispositions,
            rules,
            case.elections.direct_totals,
            whole,
            lots.on_form,
            case.asset,
            lambda: rebought(dispositions, transactions, lots.does, days),
            lots.nondeductible,
            lots.undocumented,
        )
        found += said
        if case.elections.various:
            rows = on_one_row(rows, str(rules.parameter("various_word")))
    own = of_year(upto, year)
    income, said = income_of(case, own, rules, lots.does)
    found += said
    found += [*without_line(case, rules), *boxes_by_hand(case, rules), *kinds_with_a_line(case, rules)]
    if any(f.severity == "error" for f in found):
        raise Refused(found)
    sums = added(rows)
    lines = rules.evaluate(worksheet_inputs(case, rules, sums, income, whole))
    found += not_footing(rules, lines, sums, form_dirs)
    found += said_of_records(case, lots, rules_of, lines)
    seen = noticed(case, upto, own, rows)
    facts = return_facts(case, rules, lots.plan, own, rows, lines, seen)
    facts |= hint_facts(case, rules, upto, own, lots.held, seen) | day_facts(case, transactions)
    facts["return_filed"] = filed
    facts["nft_tax_at_stake"] = _nft_tax_at_stake(case, rules, lots, income, lines) if seen.nfts_not_said else 0
    decided = rules.conclude("return", [facts], (DIGITAL_QUESTION, *FILLS.values()))[0]
    question = decided[DIGITAL_QUESTION]
    found += [*told("digital-question", question), *return_remarks(rules, facts, seen)]
    found += fee_findings(own, lots.why)
    found += unknown_wallets(case, transactions)
    found += departure_remarks(case, rules, lots.departures)
    if any(f.severity == "error" for f in found):
        raise Refused(found)
    opening = lots.matched.opening if lots.matched else None
    filled = {form: decided[name].value == "filled" for form, name in FILLS.items()}
    found += boxes_not_filled(case, rules, filled)
    kept = frozenset(form for form, name in FILLS.items() if decided[name].value == "not_attached")
    fills = {form: decided[name] for form, name in FILLS.items()}
    return YearReturn(
        case,
        year,
        rules,
        tuple(rows),
        tuple(income),
        lines,
        lots.held,
        opening if opening is not None and opening.year == year else None,
        question,
        tuple(found),
        lots.departures,
        filled,
        kept,
        fills,
        lots.replaced,
        tuple(form_dirs),
        reported=reported,
    )


def _nft_tax_at_stake(
    case: Case,
    rules: YearRules,
    lots: Matching,
    income: Sequence[Income],
    lines: Lines,
) -> int:
    """What more the tax is, in cents, if the NFTs of which the case does not say it are collectibles; 0 if unknown."""
    tax = lines.at(rules.place("total_tax"))
    if tax is None:
        return 0

    def as_collectible(name: str) -> Asset:
        asset = case.asset(name)
        open_question = asset.class_ == "nft" and asset.collectible is None
        return asset.model_copy(update={"collectible": True}) if open_question else asset

    whole = case.elections.rounding == "dollars"
    otherwise, _ = form_rows(
        lots.against(case, rules).dispositions,
        rules,
        case.elections.direct_totals,
        whole,
        lots.on_form,
        as_collectible,
        nondeductible=lots.nondeductible,
        undocumented=lots.undocumented,
    )
    more = rules.evaluate(worksheet_inputs(case, rules, otherwise, income, whole)).at(rules.place("total_tax"))
    return max((more or 0) - tax, 0)
