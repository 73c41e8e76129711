"""Nesting is told in Niner's own words and at its own depth, whichever loader of PyYAML reads the file."""

import pytest
import yaml

from niner.words import yaml_depth
from niner.words.yaml_depth import too_deep

LOADERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if hasattr(yaml, "CSafeLoader") else [])]


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: [[1]]", None),
        ("a: [[[1]]]", (1, 6)),
        ("a:\n  b:\n    c: {d: 1}\n", (3, 8)),
        ("a:\n- - - 1\n", (2, 5)),
        ("a: [1]\nb: " + "[" * 50_000, (2, 6)),
        ("\n".join(" " * depth + "a:" for depth in range(5_000)), (4, 4)),
        ("a: [1]\nb: ]\n", None),
        ("", None),
    ],
)
def test_the_first_place_that_is_too_deep_is_told(
    monkeypatch: pytest.MonkeyPatch, loader: type, text: str, place: tuple[int, int] | None
) -> None:
    monkeypatch.setattr(yaml_depth, "_Fast", loader)
    assert too_deep(text, 3) == place
