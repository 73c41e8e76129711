"""Hostile and odd input: refused in a sentence that names the place, quickly, and without reading what never ends."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, move, receive, sell
from niner.cli import app
from niner.files.reading import Unreadable, read_bytes
from niner.forms.pack.packfile import read_pack
from niner.rules.deciding.grouping import conclude_all
from niner.rules.editor.testing import read_tests
from niner.rules.language.values import Comparison, Condition, Decision, Field, Rule
from niner.values import Finding, Refused, Source
from niner.words.yaml_text import parse

RUN = CliRunner()
GOOD = ledger(buy("2024-01-02", 1, "BTC", 40000), sell("2024-06-01", 1, "BTC", 30000))

BOMB = "a: &a [x, x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
CHAIN = "k0: &k0 {x: y}\n" + "".join(f"k{n}: &k{n} {{x: *k{n - 1}}}\n" for n in range(1, 600))
HOSTILE_YAML = {
    "aliases that grow": (BOMB, "alias or anchor"),
    "a chain of aliases": (CHAIN, "alias or anchor"),
    "an alias to itself": ("a: &a [*a]\n", "alias or anchor"),
    "an anchor nobody uses": ("a: &here 5\n", "alias or anchor"),
    "a merge of an anchor": ("a: &m {x: 1}\nb: {<<: *m}\n", "alias or anchor"),
    "an alias of nothing": ("a: *nothing\n", "alias or anchor"),
    "600 levels of brackets": ("a: " + "[" * 600 + "]" * 600 + "\n", "nesting is deeper"),
    "600 levels of blocks": ("".join(f"{' ' * n}k:\n" for n in range(600)), "nesting is deeper"),
    "a million brackets": ("[" * 1_000_000, "nesting is deeper"),
    "an escape character": ("a: \x1b[2J\n", "control character (U+001B)"),
    "a NUL": ("a: \0\n", "control character (U+0000)"),
}


def findings(folder: Path, *more: str, command: str = "check") -> list[dict[str, Any]]:
    """What a run says that must end with errors, and never in a traceback."""
    done = RUN.invoke(app, [command, str(folder), "--json", *more])
    assert done.exit_code == 1, done.output
    assert isinstance(done.exception, SystemExit), done.exception
    found = json.loads(done.stdout)
    said: list[dict[str, Any]] = found["cases"][0]["findings"] if "cases" in found else found["findings"]
    return [f for f in said if f["severity"] == "error"]


def told(folder: Path, *more: str) -> list[dict[str, Any]]:
    """What a run says that must not end with errors."""
    done = RUN.invoke(app, ["check", str(folder), "--json", *more])
    assert done.exit_code == 0, done.output
    said: list[dict[str, Any]] = json.loads(done.stdout)["cases"][0]["findings"]
    return said


@pytest.mark.parametrize(("text", "says"), HOSTILE_YAML.values(), ids=HOSTILE_YAML)
def test_hostile_yaml_is_refused_in_every_file(make_case: MakeCase, tmp_path: Path, text: str, says: str) -> None:
    """case.yaml, filed/<year>.yaml, decisions.yaml, a pack, an overlay and a rule test: one answer, with its row."""
    start = "tax_year: 2024\n"
    case = make_case(GOOD, name="case")
    (case / "case.yaml").write_text(start + text)
    told = [f["says"] for f in findings(case) if f["source"]["row"] >= 1]
    assert says in told[0]

    filed = make_case(GOOD, name="filed")
    (filed / "filed").mkdir()
    (filed / "filed" / "2024.yaml").write_text(start + text)
    assert says in findings(filed, "--year", "2024", command="diff")[0]["says"]

    ruled = make_case(GOOD, name="ruled")
    (ruled / "decisions.yaml").write_text("- row: made.csv:2\n  " + text.replace("\n", "\n  "))
    (refusal,) = [f for f in findings(ruled) if f["source"] and f["source"]["file"] == "decisions.yaml"]
    assert says in refusal["says"]
    assert refusal["source"]["row"] >= 1

    (tmp_path / "packs" / "f8949").mkdir(parents=True)
    pack = tmp_path / "packs" / "f8949" / "2024.yaml"
    pack.write_text(text)
    with pytest.raises(Refused, match=says.replace("(", r"\(").replace(")", r"\)").replace("+", r"\+")) as refused:
        read_pack(pack)
    assert refused.value.findings[0].source is not None
    assert refused.value.findings[0].source.row >= 1

    for room in ("rules", "tests"):
        (tmp_path / room / "2024").mkdir(parents=True)
        (tmp_path / room / "2024" / "own.yaml").write_text(text)
    overlaid = make_case(GOOD, name="overlaid")
    assert says in findings(overlaid, "--rules", str(tmp_path / "rules"))[0]["says"]
    assert says in read_tests(tmp_path / "tests")[1][0].says


@pytest.mark.parametrize("name", ["case.yaml", "filed/2024.yaml", "decisions.yaml"])
@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "huge", "latin", "loop"])
def test_a_file_of_the_case_that_is_no_text_file_is_refused_unread(make_case: MakeCase, name: str, kind: str) -> None:
    folder = make_case(GOOD)
    (folder / "filed").mkdir()
    path = folder / name
    path.unlink(missing_ok=True)
    spoil(path, kind)
    command, more = ("diff", ("--year", "2024")) if name.startswith("filed") else ("check", ())
    (problem, *_) = findings(folder, *more, command=command)
    assert problem["source"]["file"] == name
    assert {
        "pipe": "it is a pipe",
        "folder": "it is a folder",
        "device": "it is a device",
        "huge": f"larger than {16 if name == 'decisions.yaml' else 2} MB",
        "latin": "not UTF-8",
        "loop": os.strerror(40),
    }[kind] in problem["says"] or (name != "case.yaml" and kind in ("pipe", "folder", "device", "loop"))


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "huge", "loop"])
def test_a_file_handed_in_is_looked_at_before_it_is_read(tmp_path: Path, kind: str) -> None:
    spoil(tmp_path / "x", kind)
    with pytest.raises(Unreadable):
        read_bytes(tmp_path / "x", 2_000_000)


@pytest.mark.parametrize("kind", ["pipe", "device", "huge"])
def test_a_run_after_outputs_were_made_reads_no_such_file_either(make_case: MakeCase, kind: str) -> None:
    """What marks older outputs after a refusal reads the case too."""
    folder = make_case(GOOD)
    assert RUN.invoke(app, ["prepare", str(folder), "--no-forms"]).exit_code == 0
    (folder / "case.yaml").unlink()
    spoil(folder / "case.yaml", kind)
    assert "case.yaml can't be read" in findings(folder, "--no-forms", command="prepare")[0]["says"]
    (folder / "case.yaml").unlink()
    assert findings(folder, "--no-forms", command="prepare")[0]["id"] == "case-missing"


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "huge"])
@pytest.mark.parametrize("command", ["new", "preview"])
def test_a_pdf_that_is_no_file_is_refused(tmp_path: Path, command: str, kind: str) -> None:
    spoil(tmp_path / "f8949--2024.pdf", kind)
    done = RUN.invoke(
        app, ["forms", command, str(tmp_path / "f8949--2024.pdf"), "--out", str(tmp_path / "out"), "--json"]
    )
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)


def spoil(path: Path, kind: str) -> None:
    """Put something at `path` that is not the text file wanted there."""
    makers: dict[str, Callable[[], object]] = {
        "pipe": lambda: os.mkfifo(path),
        "folder": path.mkdir,
        "device": lambda: path.symlink_to("/dev/zero"),
        "huge": lambda: path.write_text("k" * 20_000_000 + ": 1\n"),
        "latin": lambda: path.write_bytes(b"tax_year: 2024\nname: \xe9\n"),
        "loop": lambda: path.symlink_to(path),
    }
    makers[kind]()


# A run that waits for a pipe never ends: the test then ends with it, and is seen.
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
@pytest.mark.parametrize(
    "place",
    ["out/2023/return.json", "filed/2023/return.json", "out/2024/.written-by-niner", "out/2024/NOT-CURRENT.txt"],
)
def test_no_run_waits_for_what_stands_where_its_own_files_belong(make_case: MakeCase, kind: str, place: str) -> None:
    folder = make_case(GOOD, more="years: {2023: {return: {wages: 80000}}}")
    for year in ("2023", "2024"):
        assert RUN.invoke(app, ["prepare", str(folder), "--year", year, "--no-forms"]).exit_code == 0
    if place.startswith("filed"):
        assert RUN.invoke(app, ["file", str(folder), "--year", "2023", "--filed-on", "2024-04-10"]).exit_code == 0
    path = folder / place
    path.unlink(missing_ok=True)
    spoil(path, kind)
    done = RUN.invoke(app, ["prepare", str(folder), "--no-forms"])
    assert done.exit_code in (0, 1)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception


def test_a_blank_that_is_no_file_is_refused_by_name(make_case: MakeCase, tmp_path: Path) -> None:
    forms = tmp_path / "forms"
    forms.mkdir()
    os.mkfifo(forms / "f8949--2024.pdf")
    done = RUN.invoke(app, ["prepare", str(make_case(GOOD)), "--json", "--forms", str(forms)])
    (problem,) = [f for f in json.loads(done.stdout)["cases"][0]["findings"] if f["severity"] == "error"]
    assert problem["source"]["file"] == "f8949--2024.pdf"
    assert "it is a pipe" in problem["says"]


@pytest.mark.parametrize(
    "content", ["[" * 100_000, "[]", "null", '{"dispositions": 5}', "", '{"lines": {"f1040": {"7": "x"}}}']
)
def test_a_return_json_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(content)
    done = RUN.invoke(app, ["diff", str(tmp_path / "a.json"), str(tmp_path / "b.json"), "--json"])
    assert done.exit_code == 1
    assert "is no return.json" in done.stdout


def test_a_file_of_unknown_keys_gives_one_short_list(make_case: MakeCase) -> None:
    folder = make_case(GOOD)
    path = folder / "case.yaml"
    path.write_text(path.read_text() + "".join(f"key{n}: 1\n" for n in range(20_000)))
    problems = findings(folder)
    assert len(problems) == 41
    assert problems[0]["says"] == "Unknown key “key0”."
    assert "19,960 more problems like these stand in case.yaml" in problems[-1]["says"]


def test_a_header_of_unknown_columns_gives_one_short_list(make_case: MakeCase) -> None:
    folder = make_case("time,wallet,kind," + ",".join(f"c{n}" for n in range(20_000)) + "\n")
    problems = findings(folder)
    assert len(problems) == 21
    assert "19,980 more columns are unknown" in problems[-1]["says"]


@pytest.mark.parametrize("key", ["wages", "first_name", "tax_year", "unknown"])
def test_a_message_shows_only_the_beginning_of_a_value(make_case: MakeCase, key: str) -> None:
    folder = make_case(GOOD)
    long = "x" * 500_000
    text = (folder / "case.yaml").read_text()
    changed = {
        "wages": text.replace("85000", long),
        "first_name": text.replace("Ada", long),
        "tax_year": text.replace("tax_year: 2024", f"tax_year: {long}"),
        "unknown": text + f"? {long}\n: [{long}]\n",
    }[key]
    (folder / "case.yaml").write_text(changed)
    for problem in findings(folder):
        assert len(json.dumps(problem)) < 1500


ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize("digits", [ARABIC, WIDE])
@pytest.mark.parametrize("text", ["900-12-3456", "2024", "85000", "62701"])
def test_digits_of_another_script_are_no_digits_in_the_case(
    make_case: MakeCase, text: str, digits: dict[int, str]
) -> None:
    folder = make_case(GOOD, more="carryover_in: {short_term: 0}" if text == "x" else "")
    path = folder / "case.yaml"
    whole = path.read_text().replace("filing_status:", 'address: {zip: "62701"}, filing_status:')
    path.write_text(whole.replace(text, text.translate(digits), 1))
    (problem,) = findings(folder)
    assert problem["source"]["row"] >= 1
    assert text.translate(digits) not in problem["says"] or text != "900-12-3456"


@pytest.mark.parametrize("column", ["time", "received_quantity", "acquired", "basis_usd"])
def test_digits_of_another_script_are_no_digits_in_the_ledger(make_case: MakeCase, column: str) -> None:
    row = receive("opening", "2024-01-02", "12", "BTC", acquired="2020-01-02", basis_usd="100")
    row[column] = str(row[column]).translate(ARABIC)
    (problem,) = findings(make_case(ledger(row)))
    assert problem["source"] == {"file": "ledger/made.csv", "row": 2}


@pytest.mark.parametrize("years", ["２０２１-２０２２", "²⁰²¹-²⁰²²", "٢٠٢١-٢٠٢٢"])
def test_digits_of_another_script_are_no_digits_on_the_command_line(make_case: MakeCase, years: str) -> None:
    assert RUN.invoke(app, ["prepare", str(make_case(GOOD)), "--years", years, "--no-forms"]).exit_code == 2


@pytest.mark.parametrize(
    "zone", ["localtime", "posixrules", "Factory", "right/UTC", "posix/UTC", "../UTC", "/etc/localtime", "UTC0", ""]
)
def test_a_time_zone_that_hangs_on_the_machine_is_refused(make_case: MakeCase, zone: str) -> None:
    folder = make_case(GOOD)
    path = folder / "case.yaml"
    path.write_text(path.read_text().replace("America/New_York", f'"{zone}"'))
    (problem,) = findings(folder)
    assert "time zone" in problem["says"]


@pytest.mark.parametrize(
    "name",
    [
        "A\x07da".replace("\x07", "\\a"),
        "\\e]0;pwned\\a",
        "a\\u202Eb",
        "\\u0000",
        "李小龙",
        "😀",
        "\\uE000",
        "x" * 61,
        "a\\u200Bb",
    ],
)
def test_a_name_that_no_form_can_print_is_refused_by_check(make_case: MakeCase, name: str) -> None:
    folder = make_case(GOOD)
    path = folder / "case.yaml"
    path.write_text(path.read_text().replace("first_name: Ada", f'first_name: "{name}"'))
    (problem,) = findings(folder)
    assert "taxpayer.first_name" in problem["says"]
    assert problem["source"]["row"] == 2
    assert problem["says"].isprintable()


@pytest.mark.parametrize("name", ["Zoë", "Łukasz", "O’Hara", "Nguyễn", "Müller-Lüdenscheidt"])
def test_a_name_with_accents_is_a_name(make_case: MakeCase, name: str) -> None:
    folder = make_case(GOOD)
    path = folder / "case.yaml"
    path.write_text(path.read_text().replace("first_name: Ada", f'first_name: "{name}"'))
    told(folder)


@pytest.mark.parametrize("column", ["wallet", "to_wallet", "sent_asset", "id"])
@pytest.mark.parametrize(
    "text", ["a\x1b[2Jb", "a\u202eb", "a\x85b", "a\u2028b", "a\x0bb", "\ue000", "x" * 5000, "a\u200bb"]
)
def test_a_wallet_or_asset_with_strange_characters_is_refused_by_row(
    make_case: MakeCase, column: str, text: str
) -> None:
    row = move("2024-02-01", 1, "BTC", "Ledger", **{"wallet": "Kraken"})
    row[column] = text
    problems = findings(make_case(ledger(buy("2024-01-02", 1, "BTC", 40000, wallet="Kraken"), row)))
    assert problems[0]["source"] == {"file": "ledger/made.csv", "row": 3}
    assert problems[0]["says"].startswith(column)
    assert len(problems[0]["says"]) < 300
    assert problems[0]["says"].isprintable()


def test_a_symbol_that_the_forms_lack_is_written_in_latin_letters_and_told_once(make_case: MakeCase) -> None:
    rows = (
        buy("2024-01-02", 1000, "USD₮0", 1000),
        buy("2024-01-02", 5, "🐶DOGE", 100),
        sell("2024-03-01", 500, "USD₮0", 501),
        sell("2024-03-02", 500, "USD₮0", 502),
        sell("2024-03-02", 5, "🐶DOGE", 90),
        buy("2024-03-03", 5, "柴犬", 90),
    )
    folder = make_case(ledger(*rows))
    found = [f for f in told(folder) if f["id"] == "asset-letters"]
    assert [(f["value"], f["source"]["row"]) for f in found] == [("USD₮0", 2), ("🐶DOGE", 3), ("柴犬", 7)]
    assert "“USDT0”" in found[0]["says"]
    done = RUN.invoke(app, ["prepare", str(folder), "--json"])
    (case,) = json.loads(done.stdout)["cases"]
    assert case["ok"], case["findings"]
    assert {d["description"] for d in case["return"]["dispositions"]} == {"500 USDT0", "5 DOGE"}
    assert {d["asset"] for d in case["return"]["dispositions"]} == {"USD₮0", "🐶DOGE"}


def test_two_symbols_that_read_alike_on_the_forms_are_to_be_looked_at(make_case: MakeCase) -> None:
    rows = (buy("2024-01-02", 10, "USD₮", 10), buy("2024-01-02", 10, "USDT", 10))
    (found,) = [f for f in told(make_case(ledger(*rows))) if f["id"] == "asset-alike"]
    assert found["severity"] == "review"
    assert "“USDT” reads the same there" in found["says"]


def test_a_symbol_without_letters_is_refused_by_row_and_column(make_case: MakeCase) -> None:
    (problem,) = findings(make_case(ledger(buy("2024-01-02", 10, "🐶", 10))))
    assert problem["source"] == {"file": "ledger/made.csv", "row": 2}
    assert problem["says"].startswith("received_asset (“🐶”)")


@pytest.mark.parametrize("amount", ["92233720368547758.08", "1e30", "4" + "0" * 50, "46116860184273879.04"])
@pytest.mark.parametrize("column", ["usd_value", "fee_usd", "received_quantity"])
def test_an_amount_that_no_number_of_the_engine_holds_is_named(make_case: MakeCase, column: str, amount: str) -> None:
    row = sell("2024-06-01", 1, "BTC", 30000)
    row |= {column: amount}
    if column == "usd_value":
        row |= {"received_quantity": "", "received_asset": ""}
    problems = findings(make_case(ledger(buy("2024-01-02", 1, "BTC", 40000), row)))
    assert problems[0]["source"] == {"file": "ledger/made.csv", "row": 3}
    assert problems[0]["says"].startswith(column)


def test_amounts_that_are_too_much_only_together_name_the_largest_row(make_case: MakeCase) -> None:
    sales = [
        sell(f"2024-06-0{n}", 1, "BTC", "46116860184273879.03" if n == 2 else "40000000000000000") for n in (1, 2, 3)
    ]
    (problem,) = findings(make_case(ledger(buy("2024-01-02", 3, "BTC", 40000), *sales)))
    assert problem["source"] == {"file": "ledger/made.csv", "row": 4}
    assert "the kind sell come to more dollars than there are" in problem["says"]


@pytest.mark.parametrize("quantity", ["1" * 41, "1e99", "1e-99", "1." + "0" * 40])
@pytest.mark.parametrize("column", ["received_quantity", "fee_quantity"])
def test_a_quantity_that_no_form_can_print_is_refused(make_case: MakeCase, column: str, quantity: str) -> None:
    row = buy("2024-01-02", 3, "BTC", 40000, fee_asset="BTC", fee_quantity="0.1") | {column: quantity}
    (problem,) = findings(make_case(ledger(row)))
    assert problem["source"] == {"file": "ledger/made.csv", "row": 2}
    assert problem["says"] == f"{column} has more than 40 digits."


@pytest.mark.parametrize("key", ["? [a, b]\n: c\n", "? {a: b}\n: c\n"])
def test_a_key_that_is_no_word_is_refused(make_case: MakeCase, key: str) -> None:
    folder = make_case(GOOD)
    path = folder / "case.yaml"
    path.write_text(path.read_text() + key)
    (problem,) = findings(folder)
    assert problem["says"] == "A key must be a word, not a list or a block."


def test_a_rule_file_of_unknown_keys_gives_one_short_list(make_case: MakeCase, tmp_path: Path) -> None:
    (tmp_path / "rules" / "2024").mkdir(parents=True)
    text = "decides: term\nabout: disposition\n" + "".join(f"key{n}: 1\n" for n in range(20_000))
    (tmp_path / "rules" / "2024" / "own.yaml").write_text(text)
    problems = findings(make_case(GOOD), "--rules", str(tmp_path / "rules"))
    assert len(problems) < 60
    assert any("19,960 more keys mean nothing" in problem["says"] for problem in problems)


@pytest.mark.parametrize("value", [1.5, float("inf"), float("nan"), 1e25, 2**62, -(2**62), 2**64, "12", None])
def test_nothing_but_whole_numbers_that_fit_reaches_the_rule_engine(value: object) -> None:
    """durable_rules 2.0.28 dies of a float of 1e25 and more, and clamps integers beyond 62 bits in silence."""
    reached: list[object] = []

    def holding(decision: object, facts: object) -> list[tuple[str, ...]]:
        reached.append(facts)
        return []

    field = Field("proceeds", "whole_number", "what was received", unit="cents")
    rule = Rule("any", "", "", Condition((Comparison("proceeds", "gt", (0,)),)), "x", Source("made.yaml"))
    decision = Decision("made", "disposition", ("x",), (rule,), Source("made.yaml"))
    with pytest.raises(Refused):
        conclude_all([decision], {"proceeds": field}, [{"proceeds": value}], holding)  # type: ignore[dict-item]
    assert not reached


def test_the_largest_amount_that_fits_is_reckoned_with(make_case: MakeCase) -> None:
    rows = (buy("2024-01-02", 1, "BTC", 40000), sell("2024-06-01", 1, "BTC", "46116860184273879.03"))
    folder = make_case(ledger(*rows))
    done = RUN.invoke(app, ["prepare", str(folder), "--no-forms", "--json"])
    assert done.exit_code == 0, done.output
    assert "column (d)" in findings(folder)[0]["says"], "no form has room for it, which check knows"


@pytest.mark.parametrize("key", ["withholding", "wages", "other_income", "estimated_payments"])
@pytest.mark.parametrize("amount", ["1e30", "1000000000000", "1e15"])
def test_an_absurd_amount_in_the_case_is_refused(make_case: MakeCase, key: str, amount: str) -> None:
    folder = make_case(GOOD)
    path = folder / "case.yaml"
    path.write_text(path.read_text().replace("{wages: 85000}", f"{{{key}: {amount}}}"))
    (problem,) = findings(folder)
    assert f"return.{key}" in problem["says"]


@pytest.mark.parametrize("character", ["\u2028", "\u0085", "\x0b", "\x0c"])
def test_what_only_looks_like_a_line_end_stays_in_its_cell(make_case: MakeCase, character: str) -> None:
    rows = (
        buy("2024-01-02", 1, "BTC", 40000),
        sell("2024-06-01", 1, "BTC", 30000, note=f"one{character}two"),
        sell("2024-06-01", 1, "BTC", "x"),
    )
    problems = findings(make_case(ledger(*rows)))
    assert [p["source"]["row"] for p in problems if p["id"] == "ledger-number"] == [4]
    assert not [p for p in problems if p["id"] == "ledger-torn-row"]


def test_an_address_in_a_pack_that_is_none_is_told(make_case: MakeCase, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from niner.forms.blanks.finding import find_blank
    from niner.forms.pack.loading import load_pack

    monkeypatch.delenv("NINER_OFFLINE")
    monkeypatch.delenv("NINER_FORMS", raising=False)
    pack = load_pack("f8949", 2024)
    pack = replace(pack, blank=replace(pack.blank, urls=("http://[::bad/x", "file:///etc/passwd", "")))
    found = find_blank(pack)
    assert found.status == "draft"
    assert [f.id for f in found.findings] == ["forms.no_address"] * 3


def test_parse_never_raises_on_odd_text() -> None:
    for text in ("\ufeff", "%", "---\n---\n", "a: b: c", "- \t- x", "!!python/object:os.system x", "'", "\ud7ff"):
        found: tuple[Any, Any, list[Finding]] = parse(text, "x.yaml")
        assert isinstance(found[2], list)
