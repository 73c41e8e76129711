"""The server: the tools of the Model Context Protocol over standard input and output, each a command of Niner.

Every command runs in a process of its own, in the case's folder, and writes nothing there. What it prints as JSON is
masked, cut to size and handed on; what else it prints is not.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from niner import __version__
from niner.assistant.masking import Mask
from niner.assistant.tools import (
    Question,
    Unasked,
    cut,
    file_of,
    number_of,
    option,
    run_of,
    with_derivations,
    word_of,
    year_of,
)

_SECONDS = 600
_AT_ONCE = 2  # commands
_INSTRUCTIONS = """\
Niner works out US tax forms from a crypto ledger. Cases are called case-1, case-2 and so on. Answers are JSON: money is
decimal text in dollars, losses negative; `authority` is the law behind a statement, `source` its file and row. Names,
taxpayer numbers and addresses are replaced by marks such as [private 1]. Nothing is written, and it is not tax advice:
where a finding says error, there is no figure; never fill it in. Ask explain for the derivation of any figure."""
_BROKE_OFF = "Niner broke off. Run the command yourself in the case's folder to see why: niner {}."


class Assistant:
    """The cases that may be asked about, and the answers."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = {f"case-{number}": folder.resolve() for number, folder in enumerate(folders, 1)}

    def cases(self) -> dict[str, Any]:
        """The names by which the cases are asked about."""
        return {"cases": list(self._folders)}

    def answer(self, case: str, ask: Callable[[], Question]) -> dict[str, Any]:
        """The masked document of a question about a case; a question that can't be put is answered with why."""
        folder = self._folders.get(case.strip() or "case-1")
        if folder is None:
            return _wrong(f"There is no case of that name. There are: {', '.join(self._folders)}.")
        try:
            question = ask()
        except Unasked as problem:
            return _wrong(str(problem))
        document = _run(question.words, folder)
        document = with_derivations(document)
        if question.part and question.part in document:
            document = {question.part: document[question.part]}
        masked: dict[str, Any] = Mask(folder).value(cut(document, question.start))
        return masked

    def rules(self, ask: Callable[[], Question]) -> dict[str, Any]:
        """The document of a question about the rules, which is about no case."""
        try:
            return dict(cut(_run(ask().words, Path.cwd())))
        except Unasked as problem:
            return _wrong(str(problem))


def _wrong(says: str) -> dict[str, Any]:
    return {"ok": False, "findings": [{"id": "assistant", "severity": "error", "says": says}]}


def _run(words: Sequence[str], folder: Path) -> dict[str, Any]:
    """What a command prints as JSON, run in `folder`; a sentence where it prints none."""
    environment = {**os.environ, "NINER_OFFLINE": "yes", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-P", "-m", "niner", *words, "--json"]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
        document = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return _wrong(f"It took longer than {_SECONDS // 60} minutes and was stopped.")
    except (ValueError, OSError):
        return _wrong(_BROKE_OFF.format(words[0]))
    return document if isinstance(document, dict) else {"answer": document}


def make_server(folders: Sequence[Path], with_harvest: bool) -> Any:
    """The server with its tools. Raises ImportError without the SDK."""
    from mcp.server import MCPServer
    from mcp.types import ToolAnnotations

    tools = _Tools(Assistant(folders))
    server = MCPServer("niner", instructions=_INSTRUCTIONS, version=__version__, log_level="ERROR")
    reads = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
    offered: list[Callable[..., Any]] = [
        tools.cases,
        tools.check,
        tools.ledger,
        tools.explain,
        tools.compare,
        tools.diff,
        tools.rules_show,
    ]
    for function in [*offered, tools.harvest] if with_harvest else offered:
        server.add_tool(function, annotations=reads, structured_output=False)
    return server


class _Tools:
    """What the server offers, each a question put to Niner; the words of each are what an assistant reads of it."""

    def __init__(self, assistant: Assistant) -> None:
        from anyio import CapacityLimiter
        from anyio.to_thread import run_sync

        self._assistant, self._run_sync, self._at_once = assistant, run_sync, CapacityLimiter(_AT_ONCE)

    async def _said(self, case: str, ask: Callable[[], Question]) -> str:
        return json.dumps(await self._run_sync(self._assistant.answer, case, ask, limiter=self._at_once))

    async def cases(self) -> str:
        """The cases that can be asked about, by the names that the other tools take."""
        return json.dumps(self._assistant.cases())

    async def check(self, case: str = "case-1", year: int | str = "", start: int | str = 0) -> str:
        """Everything that is wrong, to be settled or to be known of a case, with authority, money at stake and file and
        row; and which forms it would fill. Errors mean that there are no figures."""
        return await self._said(
            case, lambda: Question(("check", ".", *option("year", year_of(year))), start=number_of(start, "start"))
        )

    async def ledger(self, case: str = "case-1", part: str = "findings", start: int | str = 0) -> str:
        """What the downloads of a case hold. part: files, events, transfers, unmatched, missing_prices, balances or
        findings. Each event has its file and rows, and its price's source and rule."""
        parts = ("files", "events", "transfers", "unmatched", "missing_prices", "balances", "findings")

        def ask() -> Question:
            if part not in parts:
                raise Unasked(f"part is one of: {', '.join(parts)}.")
            return Question(("ledger", "."), part, number_of(start, "start"))

        return await self._said(case, ask)

    async def explain(
        self,
        case: str = "case-1",
        form: str = "f1040sd",
        line: str = "",
        row: int | str = 0,
        year: int | str = "",
        years: str = "",
        amended: bool = False,
        what_would_change: bool = False,
    ) -> str:
        """Why a figure is what it is: line, rule and authority, its inputs, rows, lots, down to file and row.
        form: f1040sd, f1040, f8949, carryover, income or lot; line as printed (16, 1b.h); row: a row of Form 8949;
        years: the run it was prepared with; amended: the corrected return of a filed year;
        what_would_change: the unknown or chosen inputs on which a line hangs, and how far each could move it."""

        def ask() -> Question:
            more = (
                *option("row", number_of(row, "row")),
                *option("year", year_of(year)),
                *option("years", run_of(years)),
            )
            more += ("--amended",) if amended else ()
            more += ("--what-would-change",) if what_would_change else ()
            named = (word_of(form, "form"), *(filter(None, [word_of(line, "line")])))
            return Question(("explain", *more, ".", *named))

        return await self._said(case, ask)

    async def compare(self, case: str = "case-1", years: str = "", wallet: str = "") -> str:
        """The orders of lots (FIFO, LIFO, HIFO, LOFO) side by side: what each comes to, whether the records allow it,
        and where each figure stands with its rule and authority."""
        return await self._said(
            case,
            lambda: Question(
                ("compare", ".", *option("years", run_of(years)), *option("wallet", word_of(wallet, "wallet")))
            ),
        )

    async def diff(self, case: str = "case-1", year: int | str = "") -> str:
        """A filed year against what is right now, line by line, with the cause of each change."""

        def ask() -> Question:
            if not str(year).strip():
                raise Unasked("Say which filed year to compare, as 2023.")
            return Question(("diff", ".", *option("year", year_of(year))))

        return await self._said(case, ask)

    async def rules_show(self, name: str, year: int | str = "") -> str:
        """One rule as it stands in a year: words, authority, history and tests.
        name: term, term/long, f1040sd/21, or the name of a remark, function or parameter."""

        def ask() -> Question:
            return Question(("rules", "show", *option("year", year_of(year)), word_of(name, "name")))

        return json.dumps(await self._run_sync(self._assistant.rules, ask, limiter=self._at_once))

    async def harvest(
        self, case: str = "case-1", prices: str = "prices.csv", target: str = "", date: str = "", year: int | str = ""
    ) -> str:
        """What to sell, from which wallet and lots, to reach a target before the year ends: unrealised gains and
        losses, tax before and after, what to wait for. prices: a file in the case's folder."""

        def ask() -> Question:
            more = (
                *option("prices", file_of(prices, "prices")),
                *option("target", word_of(target, "target")),
                *option("date", word_of(date, "date")),
                *option("year", year_of(year)),
            )
            return Question(("harvest", *more, "."))

        return await self._said(case, ask)
