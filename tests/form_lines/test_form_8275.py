"""A position that a case discloses is on Form 8275: its place and amount in Part I, its facts in Parts II and IV."""

from pathlib import Path

import pytest
from pypdf import PdfReader

from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.forms import fits, load_pack
from niner.forms.making.drafting import draft_pack
from niner.forms.pack.packfile import read_pack
from niner.prepare import Options, prepare, work_out
from niner.printing.disclosure import form_8275
from niner.printing.unfilled import not_filled

TRADES = ledger(buy("2024-01-02", 1, "BTC", 4), sell("2024-02-02", 1, "BTC", 3))
FACTS = "Units were staked on a proof-of-stake chain; their worth is counted as income when they are sold, not before."
STAKING = (
    "disclosures:\n  - {contrary_to: Rev. Rul. 2023-14, item: Staking, description: Rewards of staking on two chains, "
    f'form: Sch. 1, line: 8v, amount: 1234.56, facts: "{FACTS}"}}'
)


def _values(path: Path) -> dict[str, str]:
    fields = PdfReader(path).get_fields() or {}
    short = {name.replace("topmostSubform[0].", ""): str(f["/V"]) for name, f in fields.items() if f.get("/V")}
    return {name.rsplit(".", 1)[-1]: value for name, value in short.items()}


@pytest.mark.official
def test_a_position_is_on_the_official_form(make_case: MakeCase, tmp_path: Path) -> None:
    folder = make_case(TRADES, status="single", more=STAKING)
    done = prepare(folder, Options(out=tmp_path / "out", offline=True))
    assert done.ok, [f.says for f in done.findings]
    assert {f["form"]: f["blank"] for f in done.document["forms"]}["f8275"] == "official"
    found = _values(tmp_path / "out" / "f8275.pdf")
    row = ("Rev. Rul. 2023-14", "Staking", "Rewards of staking on two chains", "Sch. 1", "8v", "1,234.56")
    assert tuple(found[f"p1-t{n}[0]"] for n in (3, 4, 5, 7, 8, 9)) == row
    assert " ".join(found[f"p1-t{n}[0]"] for n in (80, 46, 47) if f"p1-t{n}[0]" in found) == FACTS
    assert "form-8275-told" in {f.id for f in done.findings}


def test_what_has_no_room_is_in_part_four_and_then_on_a_sheet(make_case: MakeCase) -> None:
    more = STAKING.replace(FACTS, FACTS + " More of it." * 120).replace("Rev. Rul. 2023-14", "Rev. Rul. " + "9" * 60)
    rows = more + "".join("\n  - " + more.partition("- ")[2].replace("Staking,", f"Staking {n},") for n in range(2, 7))
    result, _ = work_out(make_case(TRADES, status="single", more=rows), Options(forms=False))
    fill, sheets = form_8275(result, {"name": "Ada Example"}, ())
    values = {key: value for page in fill.pages for key, value in page.values.items()}
    assert values["1.a"] == "See Part IV"
    assert str(values["explanation.1"]).startswith("Part I, line 1, column (a): Rev.")
    pack = load_pack("f8275", 2024)
    assert all(fits(pack, key, value) for key, value in values.items())
    whole = " ".join([*map(str, values.values()), sheets[0].text])
    assert (whole.count("More"), whole.count("9" * 60)) == (6 * 120, 6)
    assert sheets[0].heading == "Form 8275 (2024), Part IV: explanations, continued"


def test_a_position_without_its_facts_is_not_filled_and_says_what_is_missing(make_case: MakeCase) -> None:
    more = STAKING.replace(f', facts: "{FACTS}"', "").replace(", amount: 1234.56", "")
    result, _ = work_out(make_case(TRADES, status="single", more=more), Options(forms=False))
    assert "f8275" in {one.form for one in not_filled(result)}
    said = next(f for f in result.findings if f.id == "form-8275-open")
    assert "amount, facts" in said.says


def test_other_years_disclose_what_stands_under_years(make_case: MakeCase) -> None:
    folder = make_case(TRADES, status="single", more="years: {2023: {" + STAKING.replace("\n  - ", " [") + "]}}")
    result, _ = work_out(folder, Options(forms=False))
    assert result.case.disclosures == ()
    assert "f8275" not in {form for form, filled in result.filled.items() if filled}
    assert len(result.case.seen_from(2023).disclosures) == 1


@pytest.mark.official
def test_a_blank_with_a_number_sign_in_its_field_names_is_begun_as_a_pack(official_forms: Path, tmp_path: Path) -> None:
    drafted = draft_pack((official_forms / "f8275--2024.pdf").read_bytes(), "f8275--2024.pdf")
    (tmp_path / "2024.yaml").write_text(drafted.text)
    row = read_pack(tmp_path / "2024.yaml").pages[0].fields["1.c"]
    assert row.name == "Page1[0].Table_Part1[0].Line1[0].#subform[0].p1-t5[0]"
