"""Nothing is lost: a run that is killed, or whose disk fails, at any file call; and two runs at once."""

import errno
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import niner.files.exchange
import niner.files.folder_write
import niner.prepare
import niner.scaffold
from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.amend.filing import FiledAway, When, adjust, file_amended, file_return, filing_run, write_template
from niner.cli.root import app
from niner.files.exchange import exchange
from niner.files.file_write import Contents, Pieces
from niner.files.folder_write import NOT_CURRENT, UNFINISHED, WRITTEN, write_folder
from niner.prepare import Finished, Options, finish, prepare, prepare_years, work_out, work_out_years
from niner.process.one_at_a_time import one_at_a_time
from niner.scaffold import write_case
from niner.values import Finding, Refused
from safety.faults import BROKEN, KILLED, at_call, calls_of, each_call, failing, forked, kill

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a fork of itself")

RUN = CliRunner()
SSN = b"900-12-3456"
BUY, SALE = buy("2023-01-02", 4, "BTC", 40000), sell("2023-06-01", 1, "BTC", 9000)
MORE = sell("2023-09-01", 1, "BTC", 1000)
MINE = {"notes.txt": b"mine", "scans/w2.txt": b"scanned", "f8960.pdf": b"filled in by hand"}


def run(*words: object) -> int:
    return RUN.invoke(app, [str(word) for word in words]).exit_code


def said(*words: object, code: int = 0) -> str:
    done = RUN.invoke(app, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done.output.replace("\n", " ")


def findings(*words: object, code: int = 0) -> list[dict[str, Any]]:
    document = json.loads(said(*words, "--json", code=code))
    found: list[dict[str, Any]] = document["cases"][0]["findings"] if "cases" in document else document["findings"]
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under a folder by its name in it; nothing where there is no folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def tidy(folder: Path) -> None:
    """No temporary file or folder is left, and all that is there is for its owner only."""
    hidden = [p for p in folder.rglob(".*") if p.name != WRITTEN]
    assert hidden == []
    for place in ("out", "filed"):
        for path in (folder / place).rglob("*"):
            if path.name not in {"notes.txt", "w2.txt", "scans", "scan.txt"}:
                assert path.stat().st_mode & 0o077 == 0, path


def keep_mine(place: Path) -> None:
    for name, data in MINE.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_bytes(data)
        (place / name).chmod(0o600)


@dataclass
class Runs:
    """A case with the outputs of an earlier run and a person's own files in them, and the outputs that are to come."""

    folder: Path
    template: Path
    old: Mapping[str, bytes]
    new: Mapping[str, bytes]

    @property
    def out(self) -> Path:
        return self.folder / "out" / "2023"

    def anew(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.template, self.folder)

    def step(self) -> int:
        return 0 if prepare(self.folder, Options(forms=False)).ok else 1

    def whole(self) -> str:
        """ "old" or "new": the set that stands there, complete and with the person's own files."""
        now = contents(self.out)
        assert {name: now.get(name) for name in MINE} == MINE
        bare = {name: data for name, data in now.items() if name not in MINE}
        refused = bare.pop(NOT_CURRENT, None)
        assert bare in (self.old, self.new)
        assert refused is None or bare == self.old
        return "old" if bare == self.old else "new"

    def healed(self) -> None:
        assert self.step() == 0
        assert self.whole() == "new"
        assert [p.name for p in self.out.parent.iterdir()] == ["2023"]
        tidy(self.folder)


def made(done: Finished) -> Finished:
    """The same where the pieces of large files are made once, for all runs; each run writes them piece by piece."""

    def kept(data: Contents) -> Contents:
        if isinstance(data, bytes):
            return data
        pieces = [*data.make()]
        return Pieces(lambda: iter(pieces), data.apart)

    return replace(done, files={name: kept(data) for name, data in done.files.items()})


@pytest.fixture
def runs(make_case: MakeCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Worked out once; each run then does all that a run does but working out."""
    template = make_case(ledger(BUY, SALE), 2023, name="template")
    assert run("prepare", template, "--no-forms") == 0
    old = contents(template / "out" / "2023")
    (template / "ledger" / "made.csv").write_text(ledger(BUY, SALE, MORE))
    result, read = work_out(template, Options())
    done = made(finish(template, result, read, template / "out" / "2023", Options(forms=False)))
    # A form of the earlier run, filled in further by hand, which the new run does not make any more.
    files = dict(done.files)
    first = {name: data for name, data in old.items() if name != WRITTEN} | {"f8960.pdf": b"as Niner made it"}
    shutil.rmtree(template / "out")
    write_folder(template / "out" / "2023", first)
    old = contents(template / "out" / "2023")
    keep_mine(template / "out" / "2023")
    monkeypatch.setattr(niner.prepare, "work_out", lambda *_: (result, read))
    monkeypatch.setattr(niner.prepare, "finish", lambda *_, **__: done)
    probe = tmp_path / "probe"
    write_folder(probe, files)
    bare = {name: data for name, data in old.items() if name not in MINE}
    return Runs(tmp_path / "case", template, bare, contents(probe))


def test_killed_at_any_file_call_the_old_or_the_new_outputs_stand(runs: Runs) -> None:
    seen = []
    for _, done in each_call(runs.folder, runs.step, kill, runs.anew):
        if (runs.folder / "out").exists():
            seen.append(runs.whole())
        for path in (runs.folder / "out").rglob("*"):
            assert not path.is_dir() or path.name == "scans" or path.stat().st_mode & 0o077 == 0
        if done == KILLED:
            runs.healed()
    assert seen == sorted(seen, reverse=True)
    assert seen.count("old") > 20
    assert seen.count("new") > 5
    tidy(runs.folder)


@pytest.mark.parametrize("lacking", ["swap", "links", "both"])
@pytest.mark.slow
def test_the_next_run_mends_it_where_the_system_lacks(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    if lacking != "links":
        monkeypatch.setattr(niner.files.folder_write, "exchange", lambda one, other: False)
    if lacking != "swap":

        def no_links(*_: object, **__: object) -> None:
            raise OSError(errno.EPERM, "no links here")

        monkeypatch.setattr(os, "link", no_links)
    for _, done in each_call(runs.folder, runs.step, kill, runs.anew):
        if done == KILLED:
            runs.healed()
        assert runs.whole() == "new"


@pytest.mark.slow
def test_failing_at_any_file_call_the_old_outputs_stand(runs: Runs) -> None:
    refused = 0
    for number in range(1, calls_of(runs.folder, runs.step, runs.anew) + 1):
        runs.anew()
        done = forked(runs.step, at_call(number, runs.folder, failing((errno.ENOSPC, errno.EIO)[number % 2])))
        assert done in (0, 1)
        refused += done
        assert runs.whole() == ("old" if done else "new"), number
        runs.healed()
    assert refused > 20


def test_a_first_run_that_is_killed_leaves_nothing_or_all(runs: Runs) -> None:
    def anew() -> None:
        runs.anew()
        shutil.rmtree(runs.folder / "out")

    for _, done in each_call(runs.folder, runs.step, kill, anew):
        if runs.out.exists():
            assert contents(runs.out) == runs.new
        if done == KILLED:
            assert runs.step() == 0
        assert contents(runs.out) == runs.new
        tidy(runs.folder)
        assert runs.out.parent.stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_a_run_of_years_leaves_each_year_old_or_new(make_case: MakeCase, monkeypatch: pytest.MonkeyPatch) -> None:
    template = make_case(ledger(BUY, SALE, sell("2024-02-01", 1, "BTC", 8000)), 2024, name="template")
    options = Options(forms=False)
    years = (2023, 2024)
    assert all(done.ok for done in prepare_years(template, years, options))
    old = {year: contents(template / "out" / str(year)) for year in years}
    (template / "ledger" / "made.csv").write_text(ledger(BUY, SALE, MORE, sell("2024-02-01", 1, "BTC", 8000)))
    results, read = work_out_years(template, years, options)
    done = {r.year: made(finish(template, r, read, template / "out" / str(r.year), options)) for r in results}
    monkeypatch.setattr(niner.prepare, "work_out_years", lambda *_: (results, read))
    monkeypatch.setattr(niner.prepare, "finish", lambda folder, result, *_, **__: done[result.year])
    folder = template.with_name("case")

    def anew() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(template, folder)

    def step() -> int:
        return 0 if all(one.ok for one in prepare_years(folder, years, options)) else 1

    anew()
    assert step() == 0
    new = {year: contents(folder / "out" / str(year)) for year in years}
    for _, ended in each_call(folder, step, kill, anew):
        for year in years:
            assert contents(folder / "out" / str(year)) in (old[year], new[year])
        if ended == KILLED:
            assert step() == 0
        assert {year: contents(folder / "out" / str(year)) for year in years} == new
        tidy(folder)
    refused = 0
    for number in range(1, calls_of(folder, step, anew) + 1, 6):
        anew()
        ended = forked(step, at_call(number, folder, failing(errno.ENOSPC)))
        refused += ended
        for year in years:
            now = contents(folder / "out" / str(year))
            assert {n: data for n, data in now.items() if n != NOT_CURRENT} == (old if ended else new)[year]
    assert refused


@pytest.mark.slow
def test_killed_at_random_moments_with_forms(make_case: MakeCase, tmp_path: Path) -> None:
    """Draft forms, so taxpayer numbers in PDFs; the moments are drawn, the seed is not."""
    template = make_case(ledger(BUY, SALE), 2023, name="template")
    folder, chance = tmp_path / "case", random.Random(8949)

    def step() -> int:
        return run("prepare", folder)

    shutil.copytree(template, folder)
    begun = time.monotonic()
    assert forked(step) == 0
    lasted = time.monotonic() - begun
    old = contents(folder / "out" / "2023")
    assert any(name.endswith(".pdf") for name in old)
    keep_mine(folder / "out" / "2023")
    for _ in range(4):
        pid = os.fork()
        if pid == 0:
            code = BROKEN
            try:
                code = step()
            finally:
                os._exit(code)
        time.sleep(chance.random() * lasted)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        assert contents(folder / "out" / "2023") == old | MINE
    assert forked(step) == 0
    assert contents(folder / "out" / "2023") == old | MINE
    tidy(folder)


def test_what_older_versions_left_is_removed_and_said(make_case: MakeCase) -> None:
    folder = make_case(ledger(BUY, SALE), 2023)
    assert run("prepare", folder, "--no-forms") == 0
    out = folder / "out"
    new = contents(out / "2023")
    for name, files in {".2023-abcd_123": ("f8949.pdf", "return.json"), ".2023-zzzzzzzz": ()}.items():
        (out / name).mkdir(mode=0o700)
        for file in files:
            (out / name / file).write_bytes(SSN)
    shutil.copytree(out / "2023", out / ".2023-qwertyui-old")
    (out / ".2023-qwertyui-old" / "notes.txt").write_text("mine")
    (out / ".2023-original").mkdir()
    (out / ".2023-original" / "letter.doc").write_text("not Niner's")
    (checked,) = [f for f in findings("check", folder) if f["id"] == "run-interrupted"]
    assert ".2023-abcd_123, .2023-qwertyui-old, .2023-zzzzzzzz" in checked["says"]
    assert "taxpayer numbers" in checked["says"]
    (told,) = [f for f in findings("prepare", folder, "--no-forms") if f["id"] == "run-interrupted"]
    assert "notes.txt moved back into out/2023" in told["says"]
    assert "run-interrupted" not in (out / "2023" / "return.json").read_text()
    assert sorted(p.name for p in out.iterdir()) == [".2023-original", "2023"]
    assert contents(out / "2023") == new | {"notes.txt": b"mine"}
    assert not any(f["id"] == "run-interrupted" for f in findings("prepare", folder, "--no-forms"))


def test_an_output_folder_that_is_gone_between_two_renames_comes_back(make_case: MakeCase) -> None:
    """As the version before left it; also when the next run is refused."""
    folder = make_case(ledger(BUY, SALE), 2023)
    assert run("prepare", folder, "--no-forms") == 0
    out = folder / "out"
    shutil.copytree(out / "2023", out / ".2023-qwertyui")
    (out / "2023" / "notes.txt").write_text("mine")
    before = contents(out / "2023")
    (out / "2023").rename(out / ".2023-qwertyui-old")
    assert "out/2023 itself is missing, and will be put back" in said("check", folder)
    (folder / "ledger" / "made.csv").write_text(ledger(SALE))
    told = said("prepare", folder, "--no-forms", code=1)
    assert "out/2023 was put back as it was before" in told
    now = contents(out / "2023")
    assert NOT_CURRENT in now
    assert {name: data for name, data in now.items() if name != NOT_CURRENT} == before
    assert [p.name for p in out.iterdir()] == ["2023"]


def test_a_file_saved_under_a_name_that_comes_back_is_kept_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "out"
    write_folder(target, {"a.txt": b"1", "b.txt": b"2"})
    (target / "b.txt").write_bytes(b"mine")
    write_folder(target, {"a.txt": b"3", "b.txt": b"4"})
    assert {p.name: p.read_bytes() for p in target.glob("*.txt")} == {
        "a.txt": b"3",
        "b.txt": b"4",
        "b (2).txt": b"mine",
    }


# ---- after a refusal


def test_after_a_refusal_the_older_outputs_are_marked_until_a_run_succeeds(make_case: MakeCase) -> None:
    folder = make_case(ledger(BUY, SALE), 2023)
    assert run("prepare", folder, "--no-forms") == 0
    before = contents(folder / "out" / "2023")
    (folder / "ledger" / "made.csv").write_text(ledger(SALE))
    (told,) = [f for f in findings("prepare", folder, "--no-forms", code=1) if f["id"] == "output-not-current"]
    assert "earlier run" in told["says"]
    mark = folder / "out" / "2023" / NOT_CURRENT
    text = mark.read_text()
    assert "Don't file from them" in text
    assert "ledger/made.csv, row 2" in text
    assert SSN.decode() not in text
    assert mark.stat().st_mode & 0o077 == 0
    assert {n: d for n, d in contents(folder / "out" / "2023").items() if n != NOT_CURRENT} == before
    assert "earlier run" in said("check", folder, code=1)
    (folder / "ledger" / "made.csv").write_text(ledger(BUY, SALE))
    assert run("prepare", folder, "--no-forms") == 0
    assert contents(folder / "out" / "2023") == before
    assert not any(f["id"] == "output-not-current" for f in findings("check", folder))


def test_a_refused_run_marks_the_rows_handed_over_until_they_are_again(make_case: MakeCase) -> None:
    folder = make_case(ledger(BUY, SALE), 2023)
    assert run("export", folder, "--to", "csv") == 0
    (folder / "ledger" / "made.csv").write_text(ledger(SALE))
    (told,) = [f for f in findings("prepare", folder, "--no-forms", code=1) if f["id"] == "output-not-current"]
    assert "files for other programs" in told["says"]
    assert (folder / "out" / "2023-export" / NOT_CURRENT).is_file()
    (folder / "ledger" / "made.csv").write_text(ledger(BUY, SALE))
    assert run("export", folder, "--to", "csv") == 0
    assert not (folder / "out" / "2023-export" / NOT_CURRENT).exists()


@pytest.mark.parametrize("broken", ["taxpayer: [", "tax_year: 2023\nnonsense: 1\n", "%"])
def test_a_case_file_that_can_t_be_read_marks_them_too(make_case: MakeCase, broken: str) -> None:
    folder = make_case(ledger(BUY, SALE), 2023)
    assert run("prepare", folder, "--no-forms") == 0
    (folder / "case.yaml").write_text(broken)
    assert any(f["id"] == "output-not-current" for f in findings("prepare", folder, "--no-forms", code=1))
    assert (folder / "out" / "2023" / NOT_CURRENT).is_file()


def test_what_says_nothing_against_the_case_marks_nothing(make_case: MakeCase) -> None:
    folder = make_case(ledger(BUY, SALE), 2023)
    assert run("prepare", folder, "--no-forms") == 0
    before = contents(folder / "out" / "2023")
    assert run("prepare", folder, "--no-forms", "--forms", folder / "nowhere") == 1
    assert contents(folder / "out" / "2023") == before
    (folder / "ledger" / "more.csv").write_text(ledger({**MORE, "id": "m"}))
    assert run("prepare", folder, "--no-forms", "--forms", folder / "nowhere") == 1
    assert (folder / "out" / "2023" / NOT_CURRENT).is_file()


def test_no_mark_where_there_is_nothing_to_mark_and_none_over_a_person_s_own(make_case: MakeCase) -> None:
    folder = make_case(ledger(SALE), 2023)
    assert run("prepare", folder, "--no-forms") == 1
    assert not (folder / "out").exists()
    (folder / "ledger" / "made.csv").write_text(ledger(BUY, SALE))
    assert run("prepare", folder, "--no-forms") == 0
    mine = folder / "out" / "2023" / NOT_CURRENT
    mine.write_text("my own words")
    (folder / "ledger" / "made.csv").write_text(ledger(SALE))
    assert "could not be marked" in said("prepare", folder, "--no-forms", code=1)
    (folder / "ledger" / "made.csv").write_text(ledger(BUY, SALE))
    assert run("prepare", folder, "--no-forms") == 0
    assert mine.read_text() == "my own words"


def test_a_refused_amendment_and_a_refused_run_of_years_are_marked(make_case: MakeCase) -> None:
    folder = filed(make_case)
    (folder / "ledger" / "made.csv").write_text(ledger(BUY, SALE, MORE))
    assert run("amend", folder, "--year", 2023, "--no-forms") == 0
    (folder / "ledger" / "made.csv").write_text(ledger(SALE))
    assert any(f["id"] == "output-not-current" for f in findings("amend", folder, "--year", 2023, code=1))
    assert (folder / "out" / "2023-amended" / NOT_CURRENT).is_file()
    assert not (folder / "out" / "2023" / NOT_CURRENT).exists()
    assert run("prepare", folder, "--years", "2022-2023", "--no-forms") == 1
    assert (folder / "out" / "2023" / NOT_CURRENT).is_file()


# ---- locking what was filed


def filed(make_case: MakeCase, name: str = "case") -> Path:
    folder = make_case(ledger(BUY, SALE), 2023, wages="60000", name=name)
    assert run("prepare", folder, "--no-forms") == 0
    assert run("file", folder, "--year", 2023, "--filed-on", "2024-04-10") == 0
    return folder


def step_of(folder: Path, *words: object) -> Callable[[], int]:
    return lambda: run("file", folder, "--year", 2023, *words)


def bare(folder: Path, act: Callable[[], FiledAway], stem: str = "2023") -> Callable[[], int]:
    """The same without the command line, which is much to fork."""

    def step() -> int:
        try:
            filing_run(folder, stem, act)
        except Refused:
            return 1
        return 0

    return step


@pytest.mark.parametrize("mine", [{}, {"filed/2023/scan.txt": b"scanned", "filed/notes.txt": b"mine"}])
@pytest.mark.slow
def test_filing_that_is_killed_can_simply_be_run_again(
    make_case: MakeCase, tmp_path: Path, mine: Mapping[str, bytes]
) -> None:
    template = make_case(ledger(BUY, SALE), 2023, wages="60000", name="template")
    assert run("prepare", template, "--no-forms") == 0
    for name, data in mine.items():
        (template / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (template / name).write_bytes(data)
    folder, halves = tmp_path / "case", 0
    when = When(date(2024, 4, 10), paid_cents=1200)
    step = bare(folder, lambda: file_return(folder, 2023, when, None, Options(forms=False)))

    def anew() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(template, folder)

    anew()
    assert step() == 0
    whole = contents(folder / "filed")
    assert "2023/locked.json" in whole
    for number, done in each_call(folder, step, kill, anew):
        again = step
        if done == KILLED and "2023/locked.json" in contents(folder / "filed"):
            again = step_of(folder, "--filed-on", "2024-04-10", "--paid", 12)
            if not (folder / "filed" / "2023.yaml").exists() and not halves:
                halves += 1
                assert "niner file" in said("amend", folder, "--year", 2023, code=1)
                assert "is locked, but filed/2023.yaml is missing" in said("check", folder)
        assert done != KILLED or again() == 0, number
        assert contents(folder / "filed") == whole, number
        tidy(folder)
    assert halves
    assert run("amend", folder, "--year", 2023, "--no-forms") == 0
    assert run("file", folder, "--year", 2023) == 1


@pytest.mark.slow
def test_filing_that_fails_locks_nothing(make_case: MakeCase, tmp_path: Path) -> None:
    template = make_case(ledger(BUY, SALE), 2023, wages="60000", name="template")
    assert run("prepare", template, "--no-forms") == 0
    folder = tmp_path / "case"

    def anew() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(template, folder)

    step = bare(folder, lambda: file_return(folder, 2023, When(date(2024, 4, 10)), None, Options(forms=False)))
    anew()
    assert step() == 0
    whole = contents(folder / "filed")
    for number in range(1, calls_of(folder, step, anew) + 1):
        anew()
        if forked(step, at_call(number, folder, failing(errno.EIO))):
            assert not (folder / "filed" / "2023.yaml").exists()
            assert not (folder / "filed" / "2023").exists(), number
            assert step() == 0
        now = {name: data for name, data in contents(folder / "filed").items() if not name.startswith(".2023-")}
        assert now == whole, number


@pytest.mark.slow
def test_an_amended_return_and_the_forms_to_fill_in_can_be_run_again(make_case: MakeCase, tmp_path: Path) -> None:
    template = filed(make_case, "template")
    (template / "ledger" / "made.csv").write_text(ledger(BUY, SALE, MORE))
    assert run("amend", template, "--year", 2023, "--no-forms") == 0
    folder = tmp_path / "case"

    def anew() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(template, folder)

    steps: dict[tuple[str, ...], Callable[[], FiledAway]] = {
        ("--amended", "2026-11-01"): lambda: file_amended(folder, 2023, date(2026, 11, 1), None),
        ("--adjusted", "2025-02-01"): lambda: adjust(folder, 2023, date(2025, 2, 1)),
        ("--template",): lambda: write_template(folder, 2022),
    }
    for words, act in steps.items():
        stem = {"--amended": "2023-adjusted-2026-11-01", "--adjusted": "2023-adjusted-2025-02-01"}.get(words[0], "2022")
        step = bare(folder, act, stem)
        anew()
        assert step() == 0
        whole = contents(folder / "filed")
        for number, done in each_call(folder, step, kill, anew):
            if done == KILLED:
                assert step() == 0, number
            assert contents(folder / "filed") == whole, number
            tidy(folder)


@pytest.mark.slow
def test_a_return_entered_by_hand_is_locked_in_one_step(make_case: MakeCase, tmp_path: Path) -> None:
    template = make_case(ledger(BUY, SALE), 2024, more="years: {2023: {return: {wages: 60000}}}", name="template")
    (template / "filed").mkdir(mode=0o700)
    (template / "filed" / "2023.yaml").write_text('tax_year: 2023\nlines: {f1040: {"1z": 60000, "24": 5481}}\n')
    (template / "filed" / "2023.yaml").chmod(0o600)
    folder = tmp_path / "case"

    def anew() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(template, folder)

    killed = bare(folder, lambda: file_return(folder, 2023, When(), None, Options(forms=False)))
    anew()
    assert killed() == 0  # and has the rules compiled here, once for all forks
    for _, done in each_call(folder, killed, kill, anew):
        if done == KILLED:
            assert killed() == 0
        assert sorted(contents(folder / "filed")) == ["2023.yaml", "2023/locked.json"]
        tidy(folder)


OLD_ORDER = ("return.json", "case.yaml", "ledger/made.csv", "locked.json")


def made_by_an_older_version(folder: Path) -> None:
    """The lock without the text of its entry."""
    path = folder / "filed" / "2023" / "locked.json"
    document = json.loads(path.read_text())
    del document["entry"]
    path.write_text(json.dumps(document, indent=1) + "\n")


@pytest.mark.parametrize("files", range(1, 5))
@pytest.mark.parametrize("last", ["whole", "empty", "half"])
def test_a_lock_that_an_older_version_left_half_made_is_finished(make_case: MakeCase, files: int, last: str) -> None:
    """D16: It wrote the entry last, each file in place."""
    folder = filed(make_case)
    step = step_of(folder, "--filed-on", "2024-04-10")
    whole = contents(folder / "filed")
    if files == 4 and last == "half":
        pytest.skip("a torn lock can't be told from one that was changed")
    made_by_an_older_version(folder)
    (folder / "filed" / "2023.yaml").unlink()
    for name in OLD_ORDER[files:]:
        (folder / "filed" / "2023" / name).unlink()
    torn = folder / "filed" / "2023" / OLD_ORDER[files - 1]
    data = torn.read_bytes()
    torn.write_bytes({"whole": data, "empty": b"", "half": data[: len(data) // 2]}[last])
    assert step() == 0
    now = contents(folder / "filed")
    assert {**now, "2023/locked.json": b""} == {**whole, "2023/locked.json": b""}
    assert run("amend", folder, "--year", 2023, "--no-forms") == 0


@pytest.mark.parametrize("entry", [None, "", "# Locked by Niner: the"])
@pytest.mark.parametrize("options", [("--filed-on", "2024-04-10"), ()])
def test_a_lock_without_its_entry_is_finished(make_case: MakeCase, entry: str | None, options: tuple[str, ...]) -> None:
    folder = filed(make_case)
    path = folder / "filed" / "2023.yaml"
    whole = path.read_bytes()
    path.unlink() if entry is None else path.write_text(entry)
    # What is in out/ has moved on since; it is not what was locked.
    (folder / "ledger" / "made.csv").write_text(ledger(BUY, SALE, MORE))
    assert run("prepare", folder, "--no-forms") == 0
    assert run("amend", folder, "--year", 2023, "--no-forms") == 1
    assert run("diff", folder, "--year", 2023) == 1
    assert any(f["id"] == "filed-finished" for f in findings("file", folder, "--year", 2023, *options))
    assert path.read_bytes() == whole
    assert run("amend", folder, "--year", 2023, "--no-forms") == 0


def test_an_older_lock_without_its_entry_keeps_the_return_that_was_locked(make_case: MakeCase) -> None:
    folder = filed(make_case)
    path = folder / "filed" / "2023.yaml"
    lines = path.read_text().partition("lines:")[2]
    made_by_an_older_version(folder)
    path.unlink()
    (folder / "ledger" / "made.csv").write_text(ledger(BUY, SALE, MORE))
    assert run("prepare", folder, "--no-forms") == 0
    assert run("file", folder, "--year", 2023, "--filed-on", "2024-04-15") == 0
    assert path.read_text().partition("lines:")[2] == lines
    assert "filed_on: 2024-04-15" in path.read_text()
    assert run("amend", folder, "--year", 2023, "--no-forms") == 0


def test_a_half_locked_amendment_stops_every_year(make_case: MakeCase) -> None:
    folder = filed(make_case)
    (folder / "ledger" / "made.csv").write_text(ledger(BUY, SALE, MORE))
    assert run("amend", folder, "--year", 2023, "--no-forms") == 0
    assert run("file", folder, "--year", 2023, "--amended", "2026-11-01") == 0
    (folder / "filed" / "2023-adjusted-2026-11-01.yaml").unlink()
    assert "--amended 2026-11-01" in said("amend", folder, "--year", 2023, "--no-forms", code=1)
    assert run("file", folder, "--year", 2023, "--amended", "2026-11-01") == 0
    assert run("amend", folder, "--year", 2023, "--no-forms") == 0


def test_files_of_another_ledger_that_an_older_version_left_are_kept_apart(make_case: MakeCase) -> None:
    folder = make_case(ledger(BUY, SALE), 2023, wages="60000")
    assert run("prepare", folder, "--no-forms") == 0
    kept = folder / "filed" / "2023"
    (kept / "ledger").mkdir(parents=True)
    (kept / "return.json").write_text("{}")
    (kept / "ledger" / "gone.csv").write_text("another")
    (kept / "scan.txt").write_text("mine")
    assert run("file", folder, "--year", 2023) == 0
    now = contents(kept)
    assert now["before/return.json"] == b"{}"
    assert now["before/ledger/gone.csv"] == b"another"
    assert now["scan.txt"] == b"mine"
    assert "ledger/gone.csv" not in now
    assert run("amend", folder, "--year", 2023, "--no-forms") == 0


def _emptied(place: Path) -> None:
    (place / "locked.json").write_text('{"locked": {}, "rules_sha256": ""}')


def _short(place: Path) -> None:
    document = json.loads((place / "locked.json").read_text())
    del document["locked"]["return.json"]
    (place / "locked.json").write_text(json.dumps(document))


def _no_lock_and_no_first_line(place: Path) -> None:
    (place / "locked.json").unlink()
    entry = place.with_name("2023.yaml")
    entry.write_text(entry.read_text().partition("\n")[2])


def _elsewhere(place: Path) -> None:
    document = json.loads((place / "locked.json").read_text())
    document["locked"]["../../../../etc/hostname"] = "0" * 64
    (place / "locked.json").write_text(json.dumps(document))


def _other_entry(place: Path) -> None:
    document = json.loads((place / "locked.json").read_text())
    document["entry"] += "# more\n"
    (place / "locked.json").write_text(json.dumps(document))


def _more(place: Path) -> None:
    (place / "ledger" / "more.csv").write_text("id\n")


CHANGES: dict[str, Callable[[Path], object]] = {
    "a list": lambda place: (place / "locked.json").write_text("[]"),
    "no object": lambda place: (place / "locked.json").write_text("7"),
    "a list of hashes": lambda place: (place / "locked.json").write_text('{"locked": []}'),
    "a hash that is none": lambda place: (place / "locked.json").write_text('{"locked": {"../2023.yaml": 1}}'),
    "deep": lambda place: (place / "locked.json").write_text("[" * 100_000),
    "torn": lambda place: (place / "locked.json").write_text('{"locked": {"../20'),
    "not text": lambda place: (place / "locked.json").write_bytes(b"\xff\xfe\x00"),
    "emptied": _emptied,
    "one taken out": _short,
    "lock and first line gone": _no_lock_and_no_first_line,
    "elsewhere": _elsewhere,
    "another entry": _other_entry,
    "a file more": _more,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_lock_that_was_tampered_with_is_refused(make_case: MakeCase, change: str) -> None:
    folder = filed(make_case)
    CHANGES[change](folder / "filed" / "2023")
    before = contents(folder / "filed")
    found = {f["id"] for f in findings("amend", folder, "--year", 2023, "--no-forms", code=1)}
    assert found & {"filed-lock", "filed-changed"}, found
    assert run("file", folder, "--year", 2023) == 1
    assert contents(folder / "filed") == before


# ---- two runs at once


def test_runs_at_once_wait_for_one_another(runs: Runs) -> None:
    runs.anew()
    children = []
    for _ in range(3):
        pid = os.fork()
        if pid == 0:
            code = BROKEN
            try:
                code = runs.step() + runs.step()
            finally:
                os._exit(code)
        children.append(pid)
    assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children] == [0, 0, 0]
    assert runs.whole() == "new"
    runs.healed()


def holding(folder: Path) -> tuple[int, int]:
    """A process that holds the folder until it is killed: its number, and a pipe that says when it does."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            with one_at_a_time(folder):
                os.write(writer, b"held")
                signal.pause()
        finally:
            os._exit(BROKEN)
    os.close(writer)
    assert os.read(reader, 4) == b"held"
    os.close(reader)
    return pid, reader


def test_a_run_says_that_it_waits_and_goes_on_when_the_other_is_killed(make_case: MakeCase) -> None:
    folder = make_case(ledger(BUY, SALE), 2023)
    holder, _ = holding(folder)
    try:
        # Nobody takes what a run at work has for a leftover.
        (folder / "out" / ".2023-abcdefgh").mkdir(parents=True)
        assert not any(f["id"] == "run-interrupted" for f in findings("check", folder))
        waiting = subprocess.Popen(
            [sys.executable, "-m", "niner", "prepare", str(folder), "--no-forms", "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert waiting.stderr is not None
        assert b"waiting for another run of Niner" in waiting.stderr.readline()
        assert not (folder / "out" / "2023").exists()
    finally:
        os.kill(holder, signal.SIGKILL)
        os.waitpid(holder, 0)
    out, _ = waiting.communicate(timeout=120)
    assert waiting.returncode == 0
    assert json.loads(out)["cases"][0]["ok"]
    tidy(folder)


def test_where_a_folder_can_t_be_locked_a_file_in_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on network folders, which lock nothing that is opened to read."""
    import niner.process.one_at_a_time as place

    monkeypatch.setattr(place, "_folder_itself", lambda folder, wait: os.open(os.devnull, os.O_RDONLY))
    take = place._take

    def no_device(descriptor: int) -> bool:
        if os.path.samestat(os.fstat(descriptor), os.stat(os.devnull)):
            raise OSError(errno.EBADF, "not here")
        return take(descriptor)

    monkeypatch.setattr(place, "_take", no_device)
    assert not place.is_held(tmp_path)
    holder, _ = holding(tmp_path)
    try:
        assert place.is_held(tmp_path)
        assert (tmp_path / ".niner-lock").stat().st_mode & 0o077 == 0
    finally:
        os.kill(holder, signal.SIGKILL)
        os.waitpid(holder, 0)
    with one_at_a_time(tmp_path), one_at_a_time(tmp_path):
        assert not (tmp_path / "x").exists()


# ---- a full disk, a folder that is read only


def mounted(kind: list[str], place: Path) -> Iterator[Path]:
    place.mkdir(exist_ok=True)
    if shutil.which("mount") is None or subprocess.run(["mount", *kind, str(place)], capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def small_disk(runs: Runs, tmp_path: Path) -> Iterator[Path]:
    """A disk that holds the case, the new outputs beside the old and some 60 KB more, in pages of 4 KB."""
    files = [path.stat().st_size for path in runs.template.rglob("*") if path.is_file()]
    pages = sum(-(-size // 4096) for size in [*files, *map(len, runs.new.values())])
    yield from mounted(["-t", "tmpfs", "-o", f"size={4 * pages + 60}k", "tmpfs"], tmp_path / "disk")


def test_a_full_disk_leaves_the_old_outputs(runs: Runs, small_disk: Path) -> None:
    runs.folder = small_disk / "case"
    runs.anew()
    (small_disk / "filler").write_bytes(b"x" * 4096)
    filler, refused = small_disk / "filler", 0
    while not refused:
        with filler.open("ab") as stream:
            stream.write(b"x" * 4096)
        before = contents(runs.out)
        refused = runs.step()
        after = contents(runs.out)
        if refused:  # where the small note still finds room, it says that they are not current
            after.pop("NOT-CURRENT.txt", None)
        assert not refused or after == before
        assert runs.whole() == ("old" if refused and before == contents(runs.template / "out" / "2023") else "new")
        assert [p.name for p in runs.out.parent.iterdir()] == ["2023"]
    assert run("file", runs.folder, "--year", 2023) in (0, 1)
    filler.unlink()
    runs.healed()


def test_a_limit_on_file_sizes_leaves_the_old_outputs(runs: Runs) -> None:
    runs.anew()

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    assert forked(runs.step, limit) == 1
    assert runs.whole() == "old"
    assert [p.name for p in runs.out.parent.iterdir()] == ["2023"]


@pytest.fixture
def read_only(runs: Runs) -> Iterator[Path]:
    runs.anew()
    place = runs.folder.with_name("read-only")
    place.mkdir()
    for at in mounted(["--bind", str(runs.folder)], place):
        if subprocess.run(["mount", "-o", "remount,bind,ro", str(at)], capture_output=True).returncode:
            pytest.skip("a mount can't be made read only here")
        yield at


def test_a_folder_that_is_read_only_is_explained_and_can_be_written_elsewhere(
    runs: Runs, read_only: Path, tmp_path: Path
) -> None:
    before = contents(read_only)
    assert "Read-only file system" in said("prepare", read_only, "--no-forms", code=1)
    assert "Read-only file system" in said("file", read_only, "--year", 2023, code=1)
    assert contents(read_only) == before
    assert run("prepare", read_only, "--no-forms", "--out", tmp_path / "elsewhere") == 0
    assert contents(tmp_path / "elsewhere") == runs.new


def test_out_as_a_link_is_refused(make_case: MakeCase, tmp_path: Path) -> None:
    folder = make_case(ledger(BUY, SALE), 2023)
    (tmp_path / "public").mkdir()
    (folder / "out").symlink_to(tmp_path / "public")
    (problem,) = [f for f in findings("prepare", folder, "--no-forms", code=1) if f["severity"] == "error"]
    assert problem["id"] == "output-occupied"
    assert "is a link" in problem["says"]
    assert list((tmp_path / "public").iterdir()) == []


def test_folders_that_niner_makes_are_their_owner_s(make_case: MakeCase, tmp_path: Path) -> None:
    folder = make_case(ledger(BUY, SALE), 2023)
    before = os.umask(0)
    try:
        assert run("prepare", folder, "--no-forms") == 0
        assert run("prepare", folder, "--no-forms", "--out", tmp_path / "a" / "b") == 0
        assert run("file", folder, "--year", 2023) == 0
    finally:
        os.umask(before)
    for path in (folder / "out", folder / "filed", tmp_path / "a", *(tmp_path / "a").rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    tidy(folder)


# ---- single files and new folders


def test_a_new_case_that_is_killed_can_be_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, schemas = tmp_path / "smith", niner.scaffold.case_schemas()
    monkeypatch.setattr(niner.scaffold, "case_schemas", lambda: schemas)  # made once for all forks

    def anew() -> None:
        for path in tmp_path.iterdir():
            shutil.rmtree(path)

    write_case(folder, 2024)
    whole = sorted(contents(folder))
    anew()
    for _, done in each_call(tmp_path, lambda: 0 if write_case(folder, 2024) else 1, kill, anew):
        assert not folder.exists() or sorted(contents(folder)) == whole
        there = folder.exists()
        if done == KILLED:
            assert run("new", folder, "--year", 2024) == (1 if there else 0)


def test_two_names_swap_or_nothing_changes(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    (other / "x").mkdir(parents=True)
    if not exchange(one, other):
        pytest.skip("this system can't swap names")
    assert [p.name for p in one.iterdir()] == ["x"]
    with pytest.raises(FileNotFoundError):
        exchange(one, tmp_path / "nowhere")
    assert [p.name for p in one.iterdir()] == ["x"]


def test_a_finding_of_the_run_is_no_part_of_the_return(runs: Runs) -> None:
    runs.anew()
    (runs.out.parent / ".2023-abcdefgh").mkdir(mode=0o700)
    (runs.out.parent / ".2023-abcdefgh" / UNFINISHED).write_text("")
    done = prepare(runs.folder, Options(forms=False))
    assert [f.id for f in done.findings if f.id == "run-interrupted"]
    assert all(isinstance(f, Finding) for f in done.findings)
    assert runs.whole() == "new"
