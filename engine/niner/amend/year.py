"""One filed year with its corrected return, what moved and why, and until when what can be done about it."""

from niner.amend.comparing.comparison import Comparison
from niner.amend.days.deadlines import Deadline
from niner.amend.filed.original import Original
from niner.dataclass import dataclass
from niner.returns.year import YearReturn


@dataclass(frozen=True, slots=True)
class YearAmended:
    """One filed year against its corrected return."""

    original: Original
    result: YearReturn
    comparison: Comparison
    deadline: Deadline
    revision: str
    """The revision of Form 1040-X that it is on, as 2024-02."""

    @property
    def year(self) -> int:
        return self.result.year

    @property
    def refund_cents(self) -> int:
        """What Form 1040-X overpays by."""
        return self.result.amount("amended_overpaid")

    @property
    def owed_cents(self) -> int:
        """What Form 1040-X owes."""
        return self.result.amount("amended_owed")

    @property
    def claimable_cents(self) -> int:
        """What of that can still come back, by the limit on what was paid in time and less what came back already."""
        limit = self.deadline.limit_cents - int(self.original.inputs["filed_overpayment"])
        return max(min(self.refund_cents, limit), 0)

    @property
    def carried_as_filed(self) -> tuple[int, int] | None:
        """(short, long) loss carried on as filed, or as follows from the filed lines; None where these do not say."""
        rules, before = self.result.rules, self.comparison.before
        places = [rules.place(name).at for name in ("short_term_carried_on", "long_term_carried_on")]
        if self.original.carryover_out is not None or not any(line in before for line in places):
            return self.original.carryover_out
        short, long = (before.get(line, 0) for line in places)
        return short, long

    @property
    def differs(self) -> bool:
        """Whether a figure of the filed forms is wrong; what is carried on does not count."""
        return any(form != "carryover" for form, _ in self.comparison.moved)

    @property
    def is_as_filed(self) -> bool:
        """Whether nothing at all is to be amended: no line moves, what is carried on among them, and no row."""
        return not self.comparison.moved and not self.comparison.causes
