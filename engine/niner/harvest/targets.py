"""What a plan is to reach to how much gain or loss is needed for it, by the worksheets and the rules."""

from collections.abc import Callable

from niner.dataclass import dataclass
from niner.harvest.figures import Figures, Kind, Worksheets
from niner.money import MOST_CENTS, parse_cents

TARGETS = ("gains", "limit", "zero", "loss", "zero_rate")
_DOLLAR = 100
_ALSO = {
    "use-gains": "gains",
    "3000": "limit",
    "zero-net": "zero",
    "0%": "zero_rate",
    "zero-rate": "zero_rate",
    "zero-band": "zero_rate",
}


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached: `gains` of the year used up, the yearly `limit` on losses as well, `zero` left of either,
    a `loss` of so many cents, or gains at the `zero_rate`."""

    name: str
    cents: int = 0


@dataclass(frozen=True, slots=True)
class Need:
    """How much is needed, in cents: of loss where `sign` is -1, of gain where it is 1; of `term` alone where one is
    named."""

    cents: int
    sign: int
    term: str = ""


def target_of(text: str) -> Target:
    """`gains`, `limit`, `zero`, `loss=5000` or `zero-rate`. Raises ValueError with what to write."""
    name, _, amount = text.strip().lower().replace(":", "=").partition("=")
    name = _ALSO.get(name, name)
    if name not in TARGETS or (name == "loss") != bool(amount):
        raise ValueError("--target takes gains, limit, zero, loss=AMOUNT (as loss=5000) or zero-rate.")
    if not amount:
        return Target(name)
    try:
        cents = parse_cents(amount)
    except ValueError:
        cents = 0
    if not 0 < cents <= MOST_CENTS:
        raise ValueError("the loss to be taken is an amount of dollars above zero, as loss=5000.")
    return Target(name, cents)


def need_of(target: Target, sheets: Worksheets, before: Figures, most_long: int, long: Kind | None) -> Need:
    """How much the planned sales have to come to. `most_long` is the long-term gain there is, `long` where it goes."""
    if target.name == "gains":
        return Need(max(before.net, 0), -1)
    if target.name == "limit":
        return Need(max(before.net + limit_of(sheets), 0), -1)
    if target.name == "loss":
        return Need(target.cents, -1)
    if target.name == "zero":
        return Need(abs(before.net), -1 if before.net >= 0 else 1)
    if long is None:
        return Need(0, 1, "long")
    most = _most(most_long, lambda cents: _harmless(sheets, before, {long: cents}))
    # Cents more than a whole dollar may add no tax for its rounding alone.
    return Need(most if most == most_long else most - most % _DOLLAR, 1, "long")


def limit_of(sheets: Worksheets) -> int:
    """The loss that a year may take from other income, in cents."""
    limit = sheets.result.rules.parameter("capital_loss_limit", sheets.result.case.taxpayer.filing_status)
    assert isinstance(limit, int)
    return limit


def _harmless(sheets: Worksheets, before: Figures, results: dict[Kind, int]) -> bool:
    """Whether gains leave the total tax and the loss carried on as they are, or better."""
    after = sheets.with_results(results)
    assert after.total_tax is not None
    assert before.total_tax is not None
    return after.total_tax <= before.total_tax and sum(after.carried_out) >= sum(before.carried_out)


def _most(highest: int, holds: Callable[[int], bool]) -> int:
    """The largest amount up to `highest` for which a test holds that, once it fails, fails for all larger ones.

    The worksheets are asked of an amount, not of units: along units the lots make a curve that jumps.
    """
    if holds(highest):
        return highest
    good, bad = 0, highest
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if holds(middle) else (good, middle)
    return good
