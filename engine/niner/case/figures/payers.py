"""What Schedule B asks: who paid the interest and the dividends, and the questions on foreign accounts and trusts."""

from typing import Annotated, Any

from pydantic import Field

from niner.case.fields import Block, First, PositiveMoney, Words, YesNo

_ROWS = 14  # of Schedule B, line 1; line 5 has one more


def _listed(value: Any) -> Any:
    if isinstance(value, dict) and len(value) > _ROWS:
        raise ValueError(
            f"has more than {_ROWS} payers, and Schedule B no row for them: put those of one broker together"
        )
    return value


Payers = Annotated[dict[Words, PositiveMoney], First(_listed)]


class ScheduleB(Block):
    """The payers with what each paid, in cents, and the answers of Part III."""

    interest: Payers = Field(default_factory=dict)
    dividends: Payers = Field(default_factory=dict)
    foreign_account: YesNo | None = None
    foreign_account_report: YesNo | None = None
    countries: Words = ""
    foreign_trust: YesNo | None = None

    def missing(self, interest: int, dividends: int) -> tuple[str, ...]:
        """What the form asks and the case does not say, for a return with so much of each, in cents."""
        found = ["who paid all of the interest"] if sum(self.interest.values()) != interest else []
        found += ["who paid all of the dividends"] if sum(self.dividends.values()) != dividends else []
        found += ["foreign_account"] if self.foreign_account is None else []
        if self.foreign_account:
            found += ["foreign_account_report"] if self.foreign_account_report is None else []
            found += ["countries"] if self.foreign_account_report and not self.countries else []
        found += ["foreign_trust"] if self.foreign_trust is None else []
        return tuple(found)
