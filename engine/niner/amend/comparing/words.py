"""Causes in words, from templates/amend/words.yaml: a few for the comparison, sentences for Part II of the form."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from niner.amend.comparing.causes import Cause
from niner.amend.filed.entries import Entry, Receipt
from niner.files.reading import YAML_BYTES, read_text
from niner.money import Cents, dollars_spoken, round_to_dollar, whole_cents
from niner.resources import room
from niner.rules import YearRules
from niner.words import yaml_text
from niner.words.form_names import line_name

_RECORDS = " Records made by the time of each sale identify the units sold."
_CARRIED = {"short_term": "short-term capital loss", "long_term": "long-term capital loss"}


@cache
def _words() -> dict[str, dict[str, str]]:
    path = room("templates") / "amend" / "words.yaml"
    document, _, findings = yaml_text.parse(read_text(path, YAML_BYTES), path.name)
    assert not findings, findings
    found: dict[str, dict[str, str]] = document
    return found


def short(cause: Cause, rules: YearRules, whole: bool) -> str:
    """A few words on what it is; amounts in dollars alone where the return is in `whole` dollars."""
    words = _words()[cause.what]
    values = _values(cause, rules, whole)
    form = words["one" if values["n"] == 1 else "many"]
    form = words.get("one_joined", form) if cause.joined else form
    return form.format(**values)


def explains(cause: Cause, rules: YearRules, whole: bool) -> str:
    """A sentence or two for the IRS."""
    words = _words()[cause.what]
    values = _values(cause, rules, whole)
    form = words["explains"] if values["n"] == 1 else words.get("explains_many", words["explains"])
    form = words.get("explains_joined", form) if cause.joined else form
    return form.format(**values)


_FEW_WALLETS = 2


def reasons_told(causes: Sequence[Cause], rules: YearRules, whole: bool) -> tuple[list[str], list[str]]:
    """The sentences for the IRS, and below them a table by wallet for each that is of more than a few wallets."""
    by_sort: dict[str, list[Cause]] = {}
    for cause in causes:
        by_sort.setdefault(cause.what if cause.wallet else f"{cause.what} {id(cause)}", []).append(cause)
    sentences, tables = [], []
    for same in by_sort.values():
        wallets = list(dict.fromkeys(cause.wallet for cause in same))
        if len(same) == 1 or (len(same) == len(wallets) and len(same) <= _FEW_WALLETS):
            sentences += [explains(cause, rules, whole) for cause in same]
            continue
        changes = tuple(change for cause in same for change in cause.changes)
        amount = sum(cause.amount_cents for cause in same)
        named = wallets[0] if len(wallets) == 1 else f"{len(wallets)} wallets"
        together = replace(same[0], wallet=named, changes=changes, amount_cents=amount)
        sentences.append(explains(together, rules, whole))
        if len(wallets) > 1:
            head = short(together, rules, whole)
            tables.append(f"{head[:1].upper()}{head[1:]}:")
            tables += [_by_wallet(wallet, [c for c in same if c.wallet == wallet], whole) for wallet in wallets]
    return sentences, tables


def _by_wallet(wallet: str, causes: Sequence[Cause], whole: bool) -> str:
    """One row of the table under a sentence on many wallets."""
    changes = [change for cause in causes for change in cause.changes]
    n = sum(change.count for change in changes)
    rows = [e for change in changes for e in (change.after or change.before) if isinstance(e, Entry)]
    if not rows:
        worth = sum(r.amount_cents for c in changes for r in (c.after or c.before) if isinstance(r, Receipt))
        return f"{wallet}: {n} receipt{'s' * (n != 1)}, {dollars_spoken(_shown(worth, whole))}."
    proceeds, basis, gain = _sums(rows, whole)
    return (
        f"{wallet}: {n} disposition{'s' * (n != 1)}, proceeds {dollars_spoken(proceeds)}, "
        f"cost basis {dollars_spoken(basis)}, {'gain' if gain >= 0 else 'loss'} {dollars_spoken(abs(gain))}."
    )


def _shown(amount: Cents, whole: bool) -> int:
    """An amount as the return has it."""
    return round_to_dollar(whole_cents(amount)) if whole else whole_cents(amount)


def _sums(rows: Sequence[Entry], whole: bool) -> tuple[int, int, int]:
    """Proceeds, cost basis and what they leave, as the return has them: the three foot."""
    proceeds, basis = sum(e.proceeds_cents for e in rows), sum(e.true_basis_cents for e in rows)
    return _shown(proceeds, whole), _shown(basis, whole), _shown(proceeds, whole) - _shown(basis, whole)


def line_sentence(form_line: str, moved: int, parts: list[tuple[int, str]]) -> str:
    """“Form 1040, line 7 fell $2,140: $1,900 from …, $240 from …”; parts that go the other way say so."""
    verb = "rose" if moved > 0 else "fell" if moved < 0 else "did not move"
    total = f" {dollars_spoken(abs(moved))}" if moved else ""
    said = [
        f"{dollars_spoken(abs(part))} {'from' if (part > 0) == (moved > 0) else 'the other way from'} {what}"
        for part, what in parts
    ]
    return f"{form_line} {verb}{total}: {'; '.join(said)}"


def _values(cause: Cause, rules: YearRules, whole: bool) -> dict[str, object]:
    n = sum(change.count for change in cause.changes)
    rows = [e for change in cause.changes for e in change.after if isinstance(e, Entry)]
    old = [e for change in cause.changes for e in change.before if isinstance(e, Entry)]
    by_basis = bool(rows or old)
    income = sum(r.amount_cents for change in cause.changes for r in change.after if isinstance(r, Receipt))
    proceeds, basis, gain = _sums(rows or old, whole)
    change = _shown(cause.amount_cents, whole)
    return {
        "n": n,
        "n_dispositions": f"{n} disposition{'s' * (n != 1)}",
        "wallet": cause.wallet or "an unnamed wallet",
        "file": cause.file,
        "amount": _signed(change)
        if not income or cause.what == "changed_income"
        else dollars_spoken(_shown(income, whole)),
        "amount_plain": dollars_spoken(abs(change)),
        "before": dollars_spoken(_sums(old, whole)[1] if by_basis else _shown(cause.before_cents, whole)),
        "after": dollars_spoken(_sums(rows, whole)[1] if by_basis else _shown(cause.after_cents, whole)),
        "proceeds": dollars_spoken(proceeds),
        "basis": dollars_spoken(basis),
        "result": _result(gain),
        "terms": _terms(old, rows),
        "lines": _filed_lines(old),
        "corrected": _corrected(rows, whole),
        "gain_line": line_name(*rules.place("capital_gain").at),
        # Without such records no other method than first in, first out gets this far.
        "records": "" if cause.detail.partition(", now ")[2].startswith("FIFO") else _RECORDS,
        "detail": cause.detail.replace("_", " ") if cause.what != "time_zone" else cause.detail,
        "figure": (figure := _figure(cause.detail, rules)),
        "comma": "," if "," in figure else "",
        "statuses": _statuses(cause.detail),
        "previous_year": rules.year - 1,
    }


def _result(gain: int) -> str:
    return f"a net {'gain' if gain >= 0 else 'loss'} of {dollars_spoken(abs(gain))}"


def _filed_lines(old: Sequence[Entry]) -> str:
    """The lines of Schedule D that filed totals stand on: “Schedule D line 3 and line 10”."""
    numbers = list(dict.fromkeys(entry.line for entry in old))
    return " and ".join([*(line_name("f1040sd", n) for n in numbers[:1]), *(f"line {n}" for n in numbers[1:])])


def _corrected(rows: Sequence[Entry], whole: bool) -> str:
    """What the records have in the place of a filed total."""
    if not rows:
        return "The records have no such dispositions."
    proceeds, basis, gain = _sums(rows, whole)
    return (
        f"The corrected rows on Form 8949 have proceeds of {dollars_spoken(proceeds)}, cost basis of "
        f"{dollars_spoken(basis)} and {_result(gain)}."
    )


_STATUSES = {
    "single": "single",
    "married_joint": "married filing jointly",
    "married_separate": "married filing separately",
    "head_of_household": "head of household",
    "surviving_spouse": "qualifying surviving spouse",
}


def _statuses(detail: str) -> str:
    """“from single to head of household”, of the two statuses of a cause."""
    before, _, now = detail.partition(", now ")
    return f"from {_STATUSES[before]} to {_STATUSES[now]}" if before in _STATUSES and now in _STATUSES else ""


def _terms(old: Sequence[Entry], new: Sequence[Entry]) -> str:
    """What a change of the holding period adds to a sentence."""
    before, after = {e.term for e in old}, {e.term for e in new}
    if before == after or len(after) != 1:
        return ""
    return f", and the gain or loss is {after.pop()}-term"


def _signed(cents: int) -> str:
    return ("+" if cents > 0 else "") + dollars_spoken(cents)


def _figure(name: str, rules: YearRules) -> str:
    """A figure in the words of facts.yaml, up to what is said there of how to give it."""
    if name in _CARRIED:
        return _CARRIED[name]
    known = rules.case_inputs.get(name)
    if known is None:
        return name.replace("_", " ")
    words = known.meaning.replace(" that Niner does not compute", "").partition(";")[0]
    return words
