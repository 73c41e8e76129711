"""Two outputs to whether both are of one taxpayer: by the case folders they lie in, or by what they were made from.

A return.json names nobody, so that it can be shown; who it is of stands in case.yaml alone.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from niner.case import read_case
from niner.values import Finding, Refused
from niner.words.plain import path_text

_DEEPEST = 3  # out/2023/return.json lies so far below its case.yaml


def refuse_two_taxpayers(places: tuple[Path, Path], documents: tuple[Mapping[str, Any], Mapping[str, Any]]) -> None:
    """Raises Refused where two return.json are of different taxpayers, or nothing tells that they are of one.

    A spouse counts too: a joint return is compared with a separate one.
    """
    one, other = (_numbers(place) for place in places)
    where = " and ".join(path_text(str(place)) for place in places)
    if one and other:
        if one & other:
            return
        says = f"{where} are of two taxpayers: their case folders have no social security number in common."
        raise Refused([Finding("diff-taxpayers", "error", says, "Give two outputs of one taxpayer.")])
    made_from = [set(document.get("inputs", {}).values()) for document in documents]
    if made_from[0] & made_from[1]:
        return
    says = f"Nothing tells that {where} are of one taxpayer: they share no file, and not both lie in a case folder."
    todo = "Put each into out/ of the case folder that it was made from."
    raise Refused([Finding("diff-taxpayers", "error", says, todo)])


def refuse_another(place: Path, folder: Path) -> None:
    """Raises Refused where the return.json `place` lies in the case folder of another taxpayer than `folder`."""
    theirs, ours = _numbers(place), _numbers(folder / "case.yaml")
    if theirs and ours and not theirs & ours:
        says = f"{path_text(str(place))} is of another taxpayer: no social security number is in both case folders."
        raise Refused([Finding("filed-taxpayer", "error", says, "Give the output of this taxpayer with --from.")])


def _numbers(place: Path) -> frozenset[str]:
    """The social security numbers of the case that an output lies in; none where no case.yaml can be read."""
    for folder in list(place.resolve().parents)[:_DEEPEST]:
        if (folder / "case.yaml").is_file():
            try:
                case = read_case(folder)
            except Refused:
                return frozenset()
            people = [case.taxpayer, *([case.spouse] if case.spouse else [])]
            return frozenset(person.ssn.get_secret_value() for person in people)
    return frozenset()
