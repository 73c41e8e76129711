"""Many clients at once: the same files as one by one, nothing twice, and no client's name where it has no place."""

import datetime
import hashlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from niner.batch import CaseToDo, Pool, cases_of, manifest_of, run_batch
from niner.batch.pool import _chunks, _on_disk, _on_workers
from niner.batch.receipts import Receipt, key_of_blanks, read_receipt
from niner.batch.work import Chunk, work
from niner.cli import app
from niner.prepare import Options, prepare
from niner.process.one_at_a_time import one_at_a_time
from niner.values import Refused

HEADER = "time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset\n"
CASE = """tax_year: 2025
taxpayer: {{first_name: Secretname{number}, last_name: Example, ssn: 900-12-{number:04d}, filing_status: single}}
elections: {{timezone: UTC}}
return: {{wages: 85000}}
"""
OPTIONS = Options(forms=False)
SECRETS = ("Secretname", "client-", "900-12", "90012")


def clients(root: Path, count: int, refused: tuple[int, ...] = ()) -> Path:
    """Case folders, of which some sell what they never had."""
    for number in range(count):
        folder = root / f"client-{number:03d}"
        (folder / "ledger").mkdir(parents=True)
        (folder / "case.yaml").write_text(CASE.format(number=number + 1))
        units = 9 if number in refused else 1
        (folder / "ledger" / "made.csv").write_text(
            f"{HEADER}2025-01-01T00:00:00Z,Kraken,buy,{100 + number},USD,1,BTC\n"
            f"2025-06-01T00:00:00Z,Kraken,sell,{units},BTC,{50 + 3 * number},USD\n"
        )
    return root


def digests(root: Path) -> dict[str, str]:
    """Every file written for the clients."""
    files = [path for path in root.glob("client-*/out/**/*") if path.is_file()]
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)}


def state_of(done: list[tuple[CaseToDo, Any]]) -> list[str]:
    return [receipt.state for _, receipt in done]


def test_a_folder_of_cases_is_prepared_and_listed_without_names(tmp_path: Path) -> None:
    root = clients(tmp_path / "firm", 4, refused=(2,))
    said = CliRunner().invoke(app, ["batch", str(root), "--no-forms", "--json"])
    assert said.exit_code == 1, said.output
    manifest = json.loads(said.stdout)
    assert manifest["states"] == {"ready": 3, "refused": 1}
    assert [entry["case"] for entry in manifest["cases"]] == ["00001", "00002", "00003", "00004"]
    assert manifest["cases"][2]["findings"]["error"] > 0
    assert manifest["cases"][0]["owed"] is not None
    written = (root / "niner-batch" / "manifest.json").read_text() + (root / "niner-batch" / "manifest.csv").read_text()
    assert not any(secret in written + said.stdout for secret in SECRETS)
    assert (root / "niner-batch" / "manifest.json").stat().st_mode & 0o777 == 0o600
    named = CliRunner().invoke(app, ["batch", str(root), "--no-forms", "--json", "--names", "--resume"])
    assert json.loads(named.stdout)["cases"][0]["folder"].endswith("client-000")


def test_resume_repeats_only_what_changed(tmp_path: Path) -> None:
    root = clients(tmp_path, 5)
    cases = cases_of(root)
    first = run_batch(cases, OPTIONS, Pool())
    runs = {case.id: receipt.run for case, receipt in first}
    (root / "client-001" / "ledger" / "made.csv").write_text(HEADER)
    (root / "client-002" / "out" / "2025" / "return.json").unlink()
    again = run_batch(cases, OPTIONS, Pool(), resume=True)
    assert [case.id for case, receipt in again if receipt.run != runs[case.id]] == ["00002", "00003"]
    other = run_batch(cases, Options(forms=False, summary=True), Pool(), resume=True)
    assert all(receipt.run not in runs.values() for _, receipt in other)
    assert all(receipt.run not in runs.values() for _, receipt in run_batch(cases, OPTIONS, Pool()))


def test_a_refusal_is_a_result_and_the_older_files_are_marked(tmp_path: Path) -> None:
    root = clients(tmp_path, 2)
    run_batch(cases_of(root), OPTIONS, Pool())
    ledger = root / "client-001" / "ledger" / "made.csv"
    ledger.write_text(ledger.read_text().replace(",sell,1,", ",sell,7,"))
    done = run_batch(cases_of(root), OPTIONS, Pool(), resume=True)
    assert state_of(done) == ["ready", "refused"]
    assert (root / "client-001" / "out" / "2025" / "NOT-CURRENT.txt").exists()
    assert state_of(run_batch(cases_of(root), OPTIONS, Pool(), resume=True)) == ["ready", "refused"]


def changed_behind_a_link(folder: Path, elsewhere: Path) -> None:
    (elsewhere / "more.csv").write_text(HEADER + "2025-02-01T00:00:00Z,Kraken,buy,7,USD,1,ETH\n")


def changed_in_an_odd_folder(folder: Path, elsewhere: Path) -> None:
    (folder / "ledger" / "__pycache__").mkdir()
    (folder / "ledger" / "__pycache__" / "more.csv").write_text(HEADER)


def changed_output(folder: Path, elsewhere: Path) -> None:
    (folder / "out" / "2025" / "dispositions.csv").write_text("")


def changed_year_before(folder: Path, elsewhere: Path) -> None:
    assert prepare(folder, Options(forms=False, year=2024)).ok


@pytest.mark.parametrize(
    "change", [changed_behind_a_link, changed_in_an_odd_folder, changed_output, changed_year_before]
)
def test_whatever_a_return_is_made_from_or_was_made_of_is_looked_at_again(tmp_path: Path, change: Any) -> None:
    root, elsewhere = clients(tmp_path / "firm", 1), tmp_path / "elsewhere"
    elsewhere.mkdir()
    (root / "client-000" / "ledger" / "Wallet").symlink_to(elsewhere)
    ((_, first),) = run_batch(cases_of(root), OPTIONS, Pool())
    ((_, kept),) = run_batch(cases_of(root), OPTIONS, Pool(), resume=True)
    assert kept == first
    change(root / "client-000", elsewhere)
    ((_, again),) = run_batch(cases_of(root), OPTIONS, Pool(), resume=True)
    assert again.run != first.run


def test_a_loss_of_the_year_before_that_was_prepared_meanwhile_is_carried_in(tmp_path: Path) -> None:
    root = clients(tmp_path, 1)
    with (root / "client-000" / "ledger" / "made.csv").open("a") as ledger:
        ledger.write("2024-01-01T00:00:00Z,Kraken,buy,20000,USD,1,ETH\n2024-06-01T00:00:00Z,Kraken,sell,1,ETH,50,USD\n")
    ((_, first),) = run_batch(cases_of(root), OPTIONS, Pool())
    assert prepare(root / "client-000", Options(forms=False, year=2024)).ok
    ((_, again),) = run_batch(cases_of(root), OPTIONS, Pool(), resume=True)
    assert (again.owed_cents or 0) < (first.owed_cents or 0)


def test_the_blanks_at_hand_are_part_of_what_a_case_is_made_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blanks = tmp_path / "blanks"
    blanks.mkdir()
    monkeypatch.setenv("NINER_FORMS", str(blanks))
    offline, fetching = Options(offline=True), Options()
    monkeypatch.delenv("NINER_OFFLINE", raising=False)
    before = key_of_blanks(offline), key_of_blanks(fetching)
    (blanks / "f8949--2025.pdf").write_bytes(b"%PDF")
    assert key_of_blanks(offline) not in before
    assert key_of_blanks(fetching) not in before


def test_a_draft_for_want_of_a_blank_is_tried_again_where_it_could_be_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NINER_FORMS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("niner.forms.blanks.finding._fetched", lambda pack, said: None)
    root = clients(tmp_path / "firm", 1)
    for offline in (False, True):
        monkeypatch.delenv("NINER_OFFLINE", raising=False)
        ((_, first),) = run_batch(cases_of(root), Options(offline=offline), Pool())
        ((_, again),) = run_batch(cases_of(root), Options(offline=offline), Pool(), resume=True)
        assert (again.run == first.run) is offline


def test_a_refusal_that_lies_in_the_output_folder_is_tried_again(tmp_path: Path) -> None:
    root = clients(tmp_path, 1)
    out = root / "client-000" / "out" / "2025"
    out.mkdir(parents=True)
    (out / "mine.txt").write_text("keep")
    assert state_of(run_batch(cases_of(root), OPTIONS, Pool())) == ["refused"]
    (out / "mine.txt").unlink()
    assert state_of(run_batch(cases_of(root), OPTIONS, Pool(), resume=True)) == ["ready"]


def test_what_is_refused_has_its_year_and_a_day_gone_by_is_no_deadline(tmp_path: Path) -> None:
    root = clients(tmp_path, 2, refused=(1,))
    done = run_batch(cases_of(root), OPTIONS, Pool())
    early = manifest_of(done, 1.0, False, datetime.date(2026, 4, 15))["cases"]
    late = manifest_of(done, 1.0, False, datetime.date(2026, 4, 16))["cases"]
    assert [entry["year"] for entry in early] == [2025, 2025]
    assert [early[0]["deadline"], late[0]["deadline"]] == ["2026-04-15", ""]


def test_no_folder_of_a_root_is_forgotten_and_none_is_done_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = clients(tmp_path, 3)
    (root / "client-001" / "case.yaml").rename(root / "client-001" / "case.yml")
    (root / "again").symlink_to(root / "client-000")
    (root / "gone").symlink_to(root / "nowhere")
    said = CliRunner().invoke(app, ["batch", str(root), "--no-forms"])
    assert said.exit_code == 0, said.output
    assert "Left out: 3 folders" in said.output
    manifest = json.loads((root / "niner-batch" / "manifest.json").read_text())
    assert (len(manifest["cases"]), manifest["left_out"]) == (2, 3)
    plain = Path.is_file

    def shut(path: Path) -> bool:
        if path.parent.name == "client-002":
            raise PermissionError(13, "Permission denied", str(path))
        return plain(path)

    monkeypatch.setattr(Path, "is_file", shut)
    assert len(cases_of(root)) == 2


def test_a_folder_that_can_not_be_used_fails_with_the_reason_and_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = clients(tmp_path, 1)

    def shut(folder: Path, year: int | None, run: str) -> str:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr("niner.batch.work.key_of_case", shut)
    ((_, receipt),) = run_batch(cases_of(root), OPTIONS, Pool())
    assert (receipt.state, receipt.why) == ("failed", "a file or folder of it can't be used: Permission denied")


def test_a_batch_that_is_stopped_lists_what_was_done_and_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = clients(tmp_path, 4)
    plain, seen = prepare, []

    def stop(folder: Path, options: Options) -> Any:
        seen.append(folder)
        if len(seen) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        return plain(folder, options)

    monkeypatch.setattr("niner.batch.work.prepare", stop)
    said = CliRunner().invoke(app, ["batch", str(root), "--no-forms"])
    assert said.exit_code == 130, said.output
    assert "2 ready, 2 not reached" in said.output
    assert "--resume" in said.output
    states = [entry["state"] for entry in json.loads((root / "niner-batch" / "manifest.json").read_text())["cases"]]
    assert sorted(states) == ["not reached", "not reached", "ready", "ready"]
    monkeypatch.undo()
    done = run_batch(cases_of(root), OPTIONS, Pool(), resume=True)
    assert len({receipt.run for _, receipt in done}) == 2


def test_what_a_worker_made_before_the_scheduler_was_lost_is_listed_as_made(tmp_path: Path) -> None:
    root = clients(tmp_path, 2)
    ((case, receipt), other) = run_batch(cases_of(root), OPTIONS, Pool())
    assert _on_disk(case, receipt.run) == receipt
    assert _on_disk(other[0], "another run") is None


def test_workers_that_are_lost_cost_no_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = clients(tmp_path, 2)

    @contextmanager
    def asleep(pool: Pool) -> Iterator[Any]:
        raise TimeoutError("client-000")
        yield

    monkeypatch.setattr("niner.batch.pool._client", asleep)
    monkeypatch.setattr("niner.batch.pool._start_loading", lambda: None)
    done = run_batch(cases_of(root), OPTIONS, Pool(jobs=2))
    assert {receipt.why for _, receipt in done} == {"the workers were lost (TimeoutError)"}


def test_a_manifest_that_can_not_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    root = clients(tmp_path / "firm", 1)
    (tmp_path / "taken").write_text("")
    said = CliRunner().invoke(app, ["batch", str(root), "--no-forms", "--manifest", str(tmp_path / "taken")])
    assert said.exit_code == 1
    assert "manifest can't be written" in said.output
    assert not digests(root)


def test_a_worker_with_another_niner_makes_nothing(tmp_path: Path) -> None:
    root = clients(tmp_path, 1)
    (receipt,) = work(Chunk("run", "key", "another", OPTIONS, [(root / "client-000", None)], False))
    assert receipt.state == "failed"
    assert "not those of the batch" in receipt.why
    assert not digests(root)


def test_a_wrong_path_of_the_command_is_told_once_and_marks_nothing(tmp_path: Path) -> None:
    root = clients(tmp_path / "firm", 2)
    run_batch(cases_of(root), OPTIONS, Pool())
    for option in ("--rules", "--forms", "--templates"):
        said = CliRunner().invoke(app, ["batch", str(root), "--no-forms", option, str(tmp_path / "typo")])
        assert said.exit_code == 1
        assert said.output.count("There is no folder") == 1
    for option in ("--rules", "--templates"):
        CliRunner().invoke(app, ["prepare", str(root / "client-000"), "--no-forms", option, str(tmp_path / "typo")])
    assert not list(root.glob("client-*/out/2025/NOT-CURRENT.txt"))


def test_a_case_that_another_run_holds_is_waited_for_without_its_name(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    root = clients(tmp_path, 1)
    holding = "import sys, time, pathlib; from niner.process.one_at_a_time import one_at_a_time as hold\n"
    holding += "with hold(pathlib.Path(sys.argv[1])): print('held', flush=True); time.sleep(2.5)"
    other = subprocess.Popen([sys.executable, "-c", holding, str(root / "client-000")], stdout=subprocess.PIPE)
    assert other.stdout is not None
    other.stdout.readline()
    assert state_of(run_batch(cases_of(root), OPTIONS, Pool())) == ["ready"]
    assert other.wait() == 0
    said = capfd.readouterr()
    assert not any(secret in said.out + said.err for secret in SECRETS)


def test_a_firms_look_and_packed_tables_are_part_of_what_is_made(tmp_path: Path) -> None:
    root, look = clients(tmp_path / "firm", 1), tmp_path / "look"
    look.mkdir()
    made = []
    for color in ("#123456", "#123456", "#654321"):
        (look / "theme.css").write_text(f"h1 {{ color: {color}; }}")
        words = ["batch", str(root), "--no-forms", "--resume", "--templates", str(look), "--dispositions", "csv.gz"]
        assert CliRunner().invoke(app, words).exit_code == 0
        assert color in (root / "client-000" / "out" / "2025" / "workpapers.html").read_text()
        made.append(read_receipt(root / "client-000", None))
    assert (root / "client-000" / "out" / "2025" / "dispositions.csv.gz").exists()
    assert made[0] == made[1] != made[2]


def test_why_a_worker_gave_nothing_is_told_without_the_text_of_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed", reason="needs the extra “cluster”")

    class Future:
        def __init__(self, status: str, problem: Exception) -> None:
            self.status, self.problem = status, problem

        def exception(self) -> Exception:
            return self.problem

        def release(self) -> None: ...

    given = [Future("lost", OSError()), Future("error", ImportError("client-000"))]
    monkeypatch.setattr(distributed, "as_completed", list)
    client = type("Client", (), {"submit": lambda self, *words, **more: given[int(more["key"][-1])]})()
    told: dict[int, Any] = {}

    def take(places: Any, found: Any) -> None:
        told[places[0]] = found

    lost = Receipt("", "failed", why="the scheduler was lost")
    _on_workers(client, "run", [[0], [1]], lambda places: None, take, lambda at: lost)  # type: ignore[arg-type, return-value]
    assert [told[at][0].why for at in (0, 1)] == ["the scheduler was lost", "ImportError on the worker"]


def test_certificates_that_are_not_there_are_named(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs the extra “cluster”")
    root = clients(tmp_path, 1)
    with pytest.raises(Refused, match=r"no file .*ca\.pem"):
        run_batch(cases_of(root), OPTIONS, Pool(scheduler="tls://127.0.0.1:9", tls_ca=str(tmp_path / "ca.pem")))
    with pytest.raises(Refused, match="needs certificates"):
        run_batch(cases_of(root), OPTIONS, Pool(scheduler="tls://127.0.0.1:9"))


def test_a_fault_names_no_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = clients(tmp_path, 2)

    def broken(folder: Path, options: Options) -> None:
        raise RuntimeError(f"{folder} Secretname 900-12-0000")

    monkeypatch.setattr("niner.batch.work.prepare", broken)
    done = run_batch(cases_of(root), OPTIONS, Pool())
    assert state_of(done) == ["failed", "failed"]
    assert done[0][1].why.startswith("RuntimeError in test_batch.py")
    assert not any(secret in done[0][1].why for secret in SECRETS)


def test_a_list_says_which_cases(tmp_path: Path) -> None:
    clients(tmp_path, 3)
    listed = tmp_path / "list.csv"
    listed.write_text("id,folder,year\nB7,client-002,\nA1,client-000,2024\n")
    assert [(case.id, case.year) for case in cases_of(listed)] == [("B7", None), ("A1", 2024)]
    listed.write_text("id,folder\nB7,client-002\nB7,client-000\nC,client-002\nD,nowhere\n")
    with pytest.raises(Refused) as refused:
        cases_of(listed)
    assert [finding.source.row for finding in refused.value.findings if finding.source] == [3, 4, 5]
    with pytest.raises(Refused, match="no case folder"):
        cases_of(tmp_path / "client-000")


def test_cores_give_what_one_process_gives(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs the extra “cluster”")
    one, two = clients(tmp_path / "one", 12, refused=(5,)), clients(tmp_path / "two", 12, refused=(5,))
    serial = run_batch(cases_of(one), OPTIONS, Pool())
    shared = run_batch(cases_of(two), OPTIONS, Pool(jobs=2))
    assert state_of(serial) == state_of(shared)
    assert digests(one) == digests(two) != {}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A scheduler and two workers that talk TLS with certificates of the test's own."""
    pytest.importorskip("distributed", reason="needs the extra “cluster”")
    place = tmp_path / "cluster"
    place.mkdir()
    certificate, key = own_certificate(place)
    tls = ["--tls-ca-file", certificate, "--tls-cert", certificate, "--tls-key", key]
    dask = [sys.executable, "-m", "dask"]
    log = (place / "log.txt").open("wb")
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([*dask, *arguments], stdout=log, stderr=log, cwd=place)
        started.append(process)
        return process

    told = place / "scheduler.json"
    start("scheduler", "--protocol", "tls", "--port", "0", "--no-dashboard", "--scheduler-file", str(told), *tls)
    for _ in range(600):
        if told.exists() and told.read_text().strip().endswith("}"):
            break
        time.sleep(0.1)
    address = json.loads(told.read_text())["address"]
    workers = [
        start("worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny", "--name", f"w{n}", *tls)
        for n in (1, 2)
    ]
    yield {
        "pool": Pool(scheduler=address, tls_ca=certificate, tls_cert=certificate, tls_key=key),
        "workers": workers,
        "log": place / "log.txt",
    }
    for process in started:
        process.kill()
        process.wait()
    log.close()


def own_certificate(place: Path) -> tuple[str, str]:
    """A certificate that signs itself, for a day."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "niner-test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (place / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    (place / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return str(place / "cert.pem"), str(place / "key.pem")


def test_a_worker_that_is_killed_costs_nothing_but_time(tmp_path: Path, cluster: dict[str, Any]) -> None:
    one, two = clients(tmp_path / "one", 40, refused=(7,)), clients(tmp_path / "two", 40, refused=(7,))
    for case in cases_of(one):
        prepare(case.folder, OPTIONS)
    killed: list[int] = []

    def kill(done: int, whole: int) -> None:
        if not killed:
            killed.append(done)
            os.kill(cluster["workers"][0].pid, signal.SIGKILL)

    done = run_batch(cases_of(two), OPTIONS, cluster["pool"], progress=kill)
    assert killed
    assert killed[0] < 40
    assert state_of(done).count("ready") == 39
    assert digests(one) == digests(two) != {}
    assert len({receipt.run for _, receipt in done}) == 1
    assert all(read_receipt(case.folder, None) == receipt for case, receipt in done)
    logged = cluster["log"].read_text()
    assert "tls://" in logged
    assert not any(secret in logged for secret in SECRETS)


@pytest.mark.parametrize("workers", [1, 2, 64])
def test_every_case_is_handed_out_once_the_largest_first_and_few_at_the_end(workers: int) -> None:
    sizes = [5] * 300 + [3_000_000, 9_000_000] + [0] * 7
    chunks = list(_chunks(sizes, workers))
    assert sorted(at for chunk in chunks for at in chunk) == list(range(309))
    assert chunks[:2] == [[301], [300]]
    assert max(map(len, chunks)) <= 16
    assert len(chunks[-1]) == 1


def test_a_scheduler_without_tls_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs the extra “cluster”")
    root = clients(tmp_path, 2)
    with pytest.raises(Refused, match="tls://"):
        run_batch(cases_of(root), OPTIONS, Pool(scheduler="tcp://127.0.0.1:8786"))
    assert not digests(root)


@pytest.fixture
def bucket() -> Iterator[Any]:
    """A store in this process's memory."""
    store = pytest.importorskip("fsspec").filesystem("memory")
    store.rm("/firm", recursive=True) if store.exists("/firm") else None
    yield store
    store.rm("/firm", recursive=True) if store.exists("/firm") else None


def contents(store: Any) -> dict[str, str]:
    """Every output in the store, by client."""
    found = {name.removeprefix("/firm/"): store.cat_file(name) for name in store.find("/firm")}
    return {name: hashlib.sha256(data).hexdigest() for name, data in found.items() if "/out/" in name}


def test_cases_in_a_store_come_to_the_same_files_with_the_receipt_last(
    tmp_path: Path, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = clients(tmp_path / "firm", 3, refused=(2,))
    bucket.put(str(here), "/firm", recursive=True)
    run_batch(cases_of(here), OPTIONS, Pool())
    put: list[str] = []
    plain = type(bucket).put_file

    def noted(self: Any, own: str, name: str, **more: Any) -> None:
        put.append(name)
        plain(self, own, name, **more)

    monkeypatch.setattr(type(bucket), "put_file", noted)
    cases = cases_of("memory://firm")
    first = run_batch(cases, OPTIONS, Pool())
    assert state_of(first) == ["ready", "ready", "refused"]
    assert contents(bucket) == digests(here)
    for number in range(3):
        own = [name for name in put if f"client-{number:03d}/" in name]
        assert own[-1].endswith("/.niner/batch.json")
        assert sum(name.endswith("/.niner/batch.json") for name in own) == 1
    put.clear()
    again = run_batch(cases, OPTIONS, Pool(), resume=True)
    assert [receipt for _, receipt in again] == [receipt for _, receipt in first]
    assert put == []


def test_a_store_that_breaks_off_leaves_no_receipt_and_the_case_is_made_again(
    tmp_path: Path, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put(str(clients(tmp_path / "firm", 1)), "/firm", recursive=True)
    cases = cases_of("memory://firm")
    run_batch(cases, OPTIONS, Pool())
    whole = contents(bucket)
    bucket.pipe_file("/firm/client-000/case.yaml", CASE.format(number=7).encode())
    plain = type(bucket).put_file

    def full(self: Any, own: str, name: str, **more: Any) -> None:
        if name.endswith("workpapers.html"):
            raise OSError("no room for client-000")
        plain(self, own, name, **more)

    with monkeypatch.context() as patched:
        patched.setattr(type(bucket), "put_file", full)
        ((_, receipt),) = run_batch(cases, OPTIONS, Pool(), resume=True)
    assert receipt.state == "failed"
    assert "client" not in receipt.why
    assert not bucket.exists("/firm/client-000/.niner/batch.json")
    ((_, receipt),) = run_batch(cases, OPTIONS, Pool(), resume=True)
    assert receipt.state == "ready"
    assert contents(bucket).keys() == whole.keys()
    assert contents(bucket) != whole


def test_a_store_that_is_not_known_or_not_there_is_refused() -> None:
    for address in ("nothing://firm", "memory://nobody", "s3://bucket/firm"):
        if address.startswith("s3") and importlib.util.find_spec("s3fs"):
            continue
        with pytest.raises(Refused) as refused:
            cases_of(address)
        assert refused.value.findings[0].id in ("batch-store", "batch-list")


def test_a_case_of_a_store_on_this_disk_over_two_processes(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    here, there = clients(tmp_path / "here", 3), clients(tmp_path / "there", 3)
    run_batch(cases_of(here), OPTIONS, Pool())
    done = run_batch(cases_of(f"file://{there}"), OPTIONS, Pool(jobs=2))
    assert state_of(done) == ["ready"] * 3
    assert digests(here) == digests(there)


def test_what_a_killed_worker_had_fetched_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bucket: Any
) -> None:
    bucket.put(str(clients(tmp_path / "firm", 1)), "/firm", recursive=True)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, held, new = (tmp_path / f"niner-case-{name}" for name in ("left", "held", "new"))
    for folder in (left, held, new):
        folder.mkdir()
        (folder / "case.yaml").write_text("ssn")
        os.utime(folder, (0, 0) if folder != new else None)
    with one_at_a_time(held):
        assert state_of(run_batch(cases_of("memory://firm"), OPTIONS, Pool())) == ["ready"]
    assert sorted(path.name for path in tmp_path.glob("niner-case-*")) == ["niner-case-held", "niner-case-new"]
