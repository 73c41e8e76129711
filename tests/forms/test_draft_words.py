"""A stand-in can be typed over line by line: every line's number and words stand beside its box, over nothing else."""

import io
import itertools
import re

import pytest
from pypdf import PdfReader

from niner.forms import load_pack
from niner.forms.drawing.captions import captions
from niner.forms.drawing.draft import draft
from niner.forms.pack.loading import packs_in
from niner.resources import room
from niner.rules import load_rules

PACKS = [pytest.param(p.form, p.years[-1], p.revision, id=f"{p.form}-{p.revision}") for p in packs_in(room("forms"))]


@pytest.mark.parametrize(("form", "year", "revision"), PACKS)
def test_no_caption_lies_over_a_box_or_another_caption(form: str, year: int, revision: str) -> None:
    pack = load_pack(form, year, revision=revision)
    for page in pack.pages:
        found = captions(pack, page, load_rules(year).words().get(form, {}))
        rects = [caption.rect for caption in found]
        for a, b in itertools.combinations(rects, 2):
            assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])
        for caption in found:
            assert caption.rect[0] >= 0
            assert caption.rect[2] <= pack.page_size[0]
            for field in page.fields.values():
                x0, y0, x1, y1 = field.rect
                a = caption.rect
                over = a[0] < x1 and x0 < a[2] and a[1] < y1 and y0 < a[3]
                assert not over or a[1] > (y0 + y1) / 2 + 2.9, "inside its own box only above the value"


@pytest.mark.parametrize(("form", "year", "revision"), PACKS)
def test_every_line_that_the_rules_fill_shows_its_number_and_its_words(form: str, year: int, revision: str) -> None:
    pack = load_pack(form, year, revision=revision)
    words = load_rules(year).words().get(form, {})
    read = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(draft(pack, words))).pages)
    shown = " ".join(read.split())
    keys = {key for page in pack.pages for key, field in page.fields.items() if field.kind == "money"}
    lines = {line for key in keys if re.fullmatch(r"\d+[a-z]?", line := key.partition(".")[0])}
    for line in lines:
        assert f" {line} " in f" {shown} " or f" {line}" in shown, line
    told = [line for line in lines if line in words]
    cut = [line for line in told if f"{line} {' '.join(words[line].split()[:2])}".rstrip(".,;:") not in shown]
    assert len(cut) <= len(told) // 10, cut


def test_form_8949_shows_its_columns_and_its_rows() -> None:
    shown = " ".join(PdfReader(io.BytesIO(draft(load_pack("f8949", 2025)))).pages[0].extract_text().split())
    for words in ("(a) Description of property", "(d) Proceeds", "(h) Gain or (loss)", "I, box"):
        assert words in shown
