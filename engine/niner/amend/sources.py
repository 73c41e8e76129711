"""Where each figure of an amended year came from: the case, or the filed return where the case says nothing."""

from collections.abc import Mapping

from niner.amend.comparing.corrected import own_figures
from niner.amend.filed.original import Original
from niner.amend.year import YearAmended
from niner.case import Case, ReturnFigures
from niner.case.model import ScheduleDFigures
from niner.money import dollars_spoken


def sources_of(this: YearAmended, case: Case) -> Mapping[str, str]:
    """The source of each figure by its name in the case, where it is not case.yaml as it stands. `case` is the file."""
    filed = " and ".join(_files(this.original))
    found = dict.fromkeys(this.original.inputs, filed)
    own, now = own_figures(case, this.year), this.result.case.return_
    for name in ReturnFigures.model_fields:
        if own is None or (now is not None and getattr(own, name) != getattr(now, name)):
            found[name] = filed
    if this.year != case.tax_year or case.schedule_d == ScheduleDFigures():
        own_d = case.years[this.year].schedule_d if this.year in case.years else ScheduleDFigures()
        found |= {} if own_d != ScheduleDFigures() else dict.fromkeys(this.result.case.schedule_d.figures, filed)
    found["paid_with_return"] = f"{filed}: {_paid(this.original)}"
    return found


def _files(original: Original) -> list[str]:
    days = [entry.adjusted_on.isoformat() for entry in original.filed.adjustments]
    return [f"filed/{original.year}.yaml", *(f"filed/{original.year}-adjusted-{day}.yaml" for day in days)]


def _paid(original: Original) -> str:
    """The parts of what was paid."""
    extension = original.figures.given.paid_with_extension if original.figures.given else 0
    since = original.filed.paid_since
    with_return = int(original.inputs["paid_with_return"]) - extension - since
    parts = ((extension, "with an extension"), (with_return, "with the return"), (since, "since"))
    return ", ".join(f"{dollars_spoken(amount)} {when}" for amount, when in parts if amount) or "nothing"
