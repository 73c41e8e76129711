"""Many clients at once: the same files as one by one, nothing twice, and no client's name where it has no place."""

import datetime
import hashlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from niner.batch import CaseToDo, Pool, cases_of, run_batch
from niner.batch.pool import _chunks
from niner.batch.receipts import read_receipt
from niner.cli import app
from niner.prepare import Options, prepare
from niner.values import Refused

HEADER = "time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset\n"
CASE = """tax_year: 2025
taxpayer: {{first_name: Secretname{number}, last_name: Example, ssn: 900-12-{number:04d}, filing_status: single}}
elections: {{timezone: UTC}}
return: {{wages: 85000}}
"""
TODAY = datetime.date(2026, 2, 1)
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
    first = run_batch(cases, OPTIONS, Pool(), TODAY)
    runs = {case.id: receipt.run for case, receipt in first}
    (root / "client-001" / "ledger" / "made.csv").write_text(HEADER)
    (root / "client-002" / "out" / "2025" / "return.json").unlink()
    again = run_batch(cases, OPTIONS, Pool(), TODAY, resume=True)
    assert [case.id for case, receipt in again if receipt.run != runs[case.id]] == ["00002", "00003"]
    other = run_batch(cases, Options(forms=False, summary=True), Pool(), TODAY, resume=True)
    assert all(receipt.run not in runs.values() for _, receipt in other)
    assert all(receipt.run not in runs.values() for _, receipt in run_batch(cases, OPTIONS, Pool(), TODAY))


def test_a_refusal_is_a_result_and_the_older_files_are_marked(tmp_path: Path) -> None:
    root = clients(tmp_path, 2)
    run_batch(cases_of(root), OPTIONS, Pool(), TODAY)
    ledger = root / "client-001" / "ledger" / "made.csv"
    ledger.write_text(ledger.read_text().replace(",sell,1,", ",sell,7,"))
    done = run_batch(cases_of(root), OPTIONS, Pool(), TODAY, resume=True)
    assert state_of(done) == ["ready", "refused"]
    assert (root / "client-001" / "out" / "2025" / "NOT-CURRENT.txt").exists()
    assert state_of(run_batch(cases_of(root), OPTIONS, Pool(), TODAY, resume=True)) == ["ready", "refused"]


def test_a_fault_names_no_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = clients(tmp_path, 2)

    def broken(folder: Path, options: Options) -> None:
        raise RuntimeError(f"{folder} Secretname 900-12-0000")

    monkeypatch.setattr("niner.batch.work.prepare", broken)
    done = run_batch(cases_of(root), OPTIONS, Pool(), TODAY)
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
    serial = run_batch(cases_of(one), OPTIONS, Pool(), TODAY)
    shared = run_batch(cases_of(two), OPTIONS, Pool(jobs=2), TODAY)
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

    done = run_batch(cases_of(two), OPTIONS, cluster["pool"], TODAY, progress=kill)
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
        run_batch(cases_of(root), OPTIONS, Pool(scheduler="tcp://127.0.0.1:8786"), TODAY)
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
    run_batch(cases_of(here), OPTIONS, Pool(), TODAY)
    put: list[str] = []
    plain = type(bucket).put_file

    def noted(self: Any, own: str, name: str, **more: Any) -> None:
        put.append(name)
        plain(self, own, name, **more)

    monkeypatch.setattr(type(bucket), "put_file", noted)
    cases = cases_of("memory://firm")
    first = run_batch(cases, OPTIONS, Pool(), TODAY)
    assert state_of(first) == ["ready", "ready", "refused"]
    assert contents(bucket) == digests(here)
    for number in range(3):
        own = [name for name in put if f"client-{number:03d}/" in name]
        assert own[-1].endswith("/.niner/batch.json")
        assert sum(name.endswith("/.niner/batch.json") for name in own) == 1
    put.clear()
    again = run_batch(cases, OPTIONS, Pool(), TODAY, resume=True)
    assert [receipt for _, receipt in again] == [receipt for _, receipt in first]
    assert put == []


def test_a_store_that_breaks_off_leaves_no_receipt_and_the_case_is_made_again(
    tmp_path: Path, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put(str(clients(tmp_path / "firm", 1)), "/firm", recursive=True)
    cases = cases_of("memory://firm")
    run_batch(cases, OPTIONS, Pool(), TODAY)
    whole = contents(bucket)
    bucket.pipe_file("/firm/client-000/case.yaml", CASE.format(number=7).encode())
    plain = type(bucket).put_file

    def full(self: Any, own: str, name: str, **more: Any) -> None:
        if name.endswith("workpapers.html"):
            raise OSError("no room for client-000")
        plain(self, own, name, **more)

    with monkeypatch.context() as patched:
        patched.setattr(type(bucket), "put_file", full)
        ((_, receipt),) = run_batch(cases, OPTIONS, Pool(), TODAY, resume=True)
    assert receipt.state == "failed"
    assert "client" not in receipt.why
    assert not bucket.exists("/firm/client-000/.niner/batch.json")
    ((_, receipt),) = run_batch(cases, OPTIONS, Pool(), TODAY, resume=True)
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
    run_batch(cases_of(here), OPTIONS, Pool(), TODAY)
    done = run_batch(cases_of(f"file://{there}"), OPTIONS, Pool(jobs=2), TODAY)
    assert state_of(done) == ["ready"] * 3
    assert digests(here) == digests(there)
