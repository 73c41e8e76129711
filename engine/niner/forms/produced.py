"""What comes of filling forms: the files, what return.json says of them, the findings. No PDF is needed to say it."""

from typing import Any

from niner.dataclass import dataclass
from niner.values import Finding


@dataclass(frozen=True, slots=True)
class Produced:
    """The finished files by name, what `return.json` says of the forms, and the findings."""

    files: dict[str, bytes]
    forms: list[dict[str, Any]]
    findings: list[Finding]
