"""One case full of what must never come out of it: names, numbers, addresses, and words that a person wrote."""

from collections.abc import Mapping, Sequence

from ledgers import buy, move, receive, sell


def case_text(first: str, spouse: str, wallet: str, email: str, before: str = "", more: str = "") -> str:
    """case.yaml of a couple with a child: `spouse` is the fields of the spouse's name, `wallet` has a method of its
    own; `before` stands above it all, `more` beside the taxpayer's occupation."""
    return f"""\
{before}tax_year: 2024
taxpayer: {{first_name: {first}, last_name: Quimbleton, ssn: 900-12-3456, filing_status: married_joint,
           born: 1961-05-04, address: {{street: 17 Larkspur Ave, city: Ottumwa, state: IA, zip: "52501"}},
           phone: 515-555-0137, email: {email}, occupation: falconer{more}}}
spouse: {{{spouse}, ssn: 900-12-3457}}
dependents: [{{first_name: Cyd, last_name: Quimbleton, ssn: 900-12-3458, relationship: daughter}}]
bank: {{routing: "021000021", account: "998877665544", type: checking}}
elections: {{timezone: America/Chicago, by_wallet: {{"{wallet}": {{lot_method: hifo}}}}}}
carryover_in: {{short_term: 4211.35, long_term: 0}}
return: {{wages: 85123.45, withholding: 9876}}
years:
  2023: {{return: {{wages: 81234.56, withholding: 9012.34}}, carryover_in: {{short_term: 0, long_term: 0}}}}
"""


def rows_of(
    wallet: str, other: str, ids: Sequence[str], notes: Mapping[int, str], moved: str
) -> tuple[dict[str, object], ...]:
    """Seven rows in two wallets over three years: their ids, the notes of some by their place, and what is moved."""
    rows = (
        buy("2022-01-10T10:00:00Z", 3, "BTC", "90123.45", wallet=wallet),
        buy("2022-02-10T10:00:00Z", "10.5", "ETH", "30123.45", wallet=other),
        sell("2023-03-01T10:00:00Z", 1, "BTC", "23456.78", wallet=wallet),
        sell("2024-03-01T10:00:00Z", 1, "BTC", "61000.55", wallet=wallet),
        sell("2024-05-01T10:00:00Z", "2.5", "ETH", "8000.99", wallet=other),
        move("2024-06-01T10:00:00Z", moved, "ETH", wallet, wallet=other),
        receive("staking", "2024-07-01T10:00:00Z", "0.0123", "ETH", wallet=wallet, usd_value="43.21"),
    )
    named = zip(rows, ids, strict=True)
    return tuple({**row, "id": id, "note": notes.get(place, "")} for place, (row, id) in enumerate(named))
