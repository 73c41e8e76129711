"""Cases in s3:// against the same on a disk: `python tests/bench/store.py`, with niner[s3] and moto[server] installed.

A made S3 of this machine (moto) holds two cases; they are prepared there and on the disk, and every output must be the
same. Then --resume: nothing is put again.
"""

import hashlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import s3fs  # type: ignore[import-not-found]
from ledger import CASE, write_ledger


def main() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    os.environ |= {"AWS_ACCESS_KEY_ID": "made", "AWS_SECRET_ACCESS_KEY": "made", "AWS_DEFAULT_REGION": "us-east-1"}
    os.environ |= {"AWS_ENDPOINT_URL": address, "FSSPEC_S3_ENDPOINT_URL": address}
    command = [str(Path(sys.executable).parent / "moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with tempfile.TemporaryDirectory() as name:
            compare(Path(name), address, port)
    finally:
        server.kill()


def compare(place: Path, address: str, port: int) -> None:
    root = place / "clients"
    for number in range(2):
        folder = root / f"client{number}"
        (folder / "ledger").mkdir(parents=True)
        write_ledger(folder / "ledger" / "made.csv", 60, number)
        (folder / "case.yaml").write_text(CASE.format(method="fifo"))
    for _ in range(300):
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.2)
    store = s3fs.S3FileSystem(endpoint_url=address)
    store.mkdir("firm")
    store.put(str(root), "firm/clients", recursive=True)
    batch("s3://firm/clients", place)
    batch(str(root), place)
    there = {name.removeprefix("firm/clients/"): store.cat_file(name) for name in store.find("firm/clients")}
    here = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    same = outputs(there) == outputs(here)
    print(f"{'yes' if same else 'NO '}  {len(outputs(here))} outputs, all as those on a disk")
    before = {name: one["LastModified"] for name, one in store.find("firm/clients", detail=True).items()}
    batch("s3://firm/clients", place, "--resume")
    store.invalidate_cache()
    after = {name: one["LastModified"] for name, one in store.find("firm/clients", detail=True).items()}
    print(f"{'yes' if before == after else 'NO '}  --resume puts nothing again")


def outputs(files: dict[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if "/out/" in name}


def batch(source: str, place: Path, *more: str) -> None:
    words = ["batch", source, "--no-forms", "--json", "--manifest", str(place / "list"), *more]
    done = subprocess.run([sys.executable, "-m", "niner", *words], capture_output=True, encoding="utf-8")
    print(
        f"niner batch {source.partition(':')[0]}: {json.loads(done.stdout)['states']}, exit {done.returncode}",
        flush=True,
    )


main()
