"""The year's units that left without a sale to the one fact that the rules remark on, and to what return.json lists."""

from collections.abc import Sequence
from typing import Any

from niner.case import Case
from niner.lots import Departure
from niner.money import dollars_text
from niner.returns.calendar import same_day_next_year
from niner.rules import FactValue, YearRules
from niner.values import Finding


def departure_remarks(case: Case, rules: YearRules, departures: Sequence[Departure]) -> list[Finding]:
    """What the rules say of gifts, donations, thefts and losses of the year, each at its first row."""
    if not departures:
        return []
    fact = departure_facts(case, rules, departures)
    first = {kind: d.source for kind in _KIND_OF for d in reversed(departures) if d.kind == kind}
    found = []
    for said in rules.remarks("departures", [fact])[0]:
        kinds = [kind for kind, fields in _KIND_OF.items() if fields & set(said.fields) and kind in first]
        found.append(said.finding(first[kinds[0]] if kinds else None))
    return found


_KIND_OF = {
    "gift_out": {"gifts", "gifts_over_exclusion", "gifts_without_worth"},
    "spouse_out": {"to_spouse"},
    "donation": {"donations", "donated", "donated_over_form", "donated_over_appraisal"},
    "stolen": {"thefts"},
    "lost": {"losses"},
    "worthless": {"worthless_digital", "worthless_securities"},
}


def departure_facts(case: Case, rules: YearRules, departures: Sequence[Departure]) -> dict[str, FactValue]:
    """Counts of rows and sums in cents, by kind."""

    def of(kind: str) -> list[Departure]:
        return [d for d in departures if d.kind == kind]

    def rows(parts: Sequence[Departure]) -> int:
        return len({d.transaction for d in parts})

    def worth(parts: Sequence[Departure]) -> int:
        return sum(d.worth_cents or 0 for d in parts)

    def basis(parts: Sequence[Departure]) -> int:
        return sum(d.basis_cents for d in parts)

    def amount(name: str) -> int:
        value = rules.parameter(name)
        assert isinstance(value, int)
        return value

    gifts, donations, worthless = of("gift_out"), of("donation"), of("worthless")
    short = [d for d in donations if not _more_than_a_year(d)]
    securities = [d for d in worthless if case.asset(d.asset).class_ == "security"]
    digital = [d for d in worthless if case.asset(d.asset).class_ != "security"]
    return {
        "tax_year": case.tax_year,
        "gifts": rows(gifts),
        "gifts_without_worth": rows([d for d in gifts if d.worth_cents is None]),
        "gifts_over_exclusion": max(worth(gifts) - amount("gift_exclusion"), 0),
        "exclusion": amount("gift_exclusion"),
        "to_spouse": rows(of("spouse_out")),
        "donations": rows(donations),
        "donated": worth(donations),
        "donated_short_term": basis(short),
        "donated_over_form": max(worth(donations) - amount("form_8283_over"), 0),
        "donated_over_appraisal": max(worth(donations) - amount("appraisal_over"), 0),
        "form_8283_over": amount("form_8283_over"),
        "appraisal_over": amount("appraisal_over"),
        "thefts": rows(of("stolen")),
        "stolen": basis(of("stolen")),
        "losses": rows(of("lost")),
        "lost": basis(of("lost")),
        "worthless_digital": rows(digital),
        "worthless": basis(digital),
        "worthless_securities": rows(securities),
        "worthless_security_basis": basis(securities),
    }


def _more_than_a_year(d: Departure) -> bool:
    return d.acquired_by == "inheritance" or d.left > same_day_next_year(d.acquired)


def left_without_sale(departures: Sequence[Departure]) -> list[dict[str, Any]]:
    """The lots that left, as return.json lists them: what the receiver, Form 8283 and Form 4684 need."""
    return [
        {
            "kind": d.kind,
            "day": d.left.isoformat(),
            "asset": d.asset,
            "quantity": f"{d.quantity:f}",
            "wallet": d.wallet,
            "acquired": d.acquired.isoformat(),
            "basis": dollars_text(d.basis_cents),
            "worth": None if d.worth_cents is None else dollars_text(d.worth_cents),
            "transaction": d.transaction,
            "lot": d.lot,
            "source": {"file": d.source.file, "row": d.source.row},
        }
        for d in departures
    ]
