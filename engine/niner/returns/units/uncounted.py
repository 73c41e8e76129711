"""What records on lots that do not count come to: the year's lines against those with the records honoured."""

from niner.case import Case
from niner.returns.matching import Matching, matching
from niner.returns.plan import RulesOf
from niner.returns.units.choosing import AsIf
from niner.returns.units.told import Effect, findings_of, said_of
from niner.rules import Lines
from niner.values import Finding, Refused


def said_of_records(case: Case, lots: Matching, rules_of: RulesOf, lines: Lines) -> list[Finding]:
    """A finding for each record that does not count, with the tax that it would have changed, or the gain."""
    if lots.choosing is None or lots.matched is None:
        return []
    effect = _effect(case, lots, rules_of, lines)
    return findings_of(lots.choosing, lots.basis.fallen, lots.matched.not_there, lots.transactions, effect)


def _effect(case: Case, lots: Matching, rules_of: RulesOf, now: Lines) -> Effect:
    def of(honoured: frozenset[int]) -> tuple[str, int] | None:
        assert lots.choosing is not None
        as_if = AsIf(honoured=honoured)
        rules, records = rules_of(case.tax_year), lots.choosing.records
        try:
            then = matching(case, lots.transactions, rules_of, records=records, as_if=as_if).lines_of(case, rules_of)
        except Refused:
            return None
        for what, name in (("Total tax", "total_tax"), ("The gain or loss of the year", "net_gain")):
            as_it_is, otherwise = now.at(rules.place(name)), then.at(rules.place(name))
            if as_it_is is not None and otherwise is not None and as_it_is != otherwise:
                more = as_it_is - otherwise
                return said_of(what, more), abs(more)
        return f"No figure of {case.tax_year} depends on it.", 0

    return of
