"""Which tax years have rules."""

import re
from pathlib import Path


def years_in(room: Path) -> list[int]:
    """The tax years that have a folder of rules."""
    found = [p.name for p in room.iterdir() if (p / "year.yaml").is_file()] if room.is_dir() else []
    return sorted(int(name) for name in found if re.fullmatch("[0-9]{4}", name))
