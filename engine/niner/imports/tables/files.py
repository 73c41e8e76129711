"""A ledger folder to the files in it that are read, the wallet that the place of each names, and what is not read."""

from pathlib import Path

from niner.values import Finding, Source
from niner.words.plain import path_text

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".zip")
# Kinds of files that people put there in the belief that they are read: each is opened, and refused with what to do.
_TOLD = tuple(".xls .xlsm .xlsb .ods .numbers .pdf .png .jpg .jpeg .heic .json .html .htm .gz .7z .rar".split())


_UNFINISHED = (".crdownload", ".part", ".partial", ".download", ".opdownload", ".tmp")


def downloads(ledger: Path, findings: list[Finding]) -> list[tuple[Path, str]]:
    """The files of the folder and of its sub-folders by name, as `ledger/Kraken/ledgers.csv`.

    Files and folders that are not read are told among `findings`; hidden ones are nobody's.
    """
    found: list[tuple[Path, str]] = []
    _look(ledger, "ledger", True, found, findings)
    return sorted(found, key=lambda one: one[1])


def _look(place: Path, name: str, deep: bool, found: list[tuple[Path, str]], findings: list[Finding]) -> None:
    try:
        entries = sorted(place.iterdir(), key=lambda path: path.name)
    except OSError as error:
        if not deep:
            says = f"The folder can't be read: {error.strerror or error}."
            todo = "Check its permissions."
            findings.append(Finding("ledger-unreadable", "error", says, todo, source=Source(name)))
        return
    for path in entries:
        shown = f"{name}/{path_text(path.name)}"
        if path.name.startswith((".", "~$")):
            continue
        if path.is_dir() and path.suffix.lower() not in SUFFIXES:
            if deep:
                _look(path, shown, False, found, findings)
            else:
                says = "This folder is not read: a wallet's folder holds files only."
                todo = "Move its files up, or name the wallet before “--” in their names."
                findings.append(Finding("ledger-not-read", "review", says, todo, source=Source(shown)))
        elif path.suffix.lower() in SUFFIXES + _TOLD:
            found.append((path, shown))
        else:
            says = f"This is not read: the ledger is files that end in {', '.join(SUFFIXES)}."
            todo = "If it holds transactions, download them as .csv; otherwise move it elsewhere."
            if path.suffix.lower() in _UNFINISHED:
                says = "This download has not ended: what it holds is not read."
                todo = "Let the browser finish it, or download the file again and remove this one."
            findings.append(Finding("ledger-not-read", "review", says, todo, source=Source(shown)))


def wallet_in(name: str) -> str:
    """The wallet that a file's place names: what stands before `--` in its name, or its sub-folder; else empty."""
    *folders, file = name.split("/")[1:]
    if "--" in file:
        return file.partition("--")[0].strip()
    return folders[0].strip() if folders else ""
