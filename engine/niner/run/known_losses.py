"""A case folder's own files to the losses they carry on: returns as filed, and returns prepared from today's inputs."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from niner.case import Case
from niner.case.filed import Filed, entry_paths, filed_path, filed_years, read_filed
from niner.case.locked import changed_since_locked
from niner.files.reading import JSON_BYTES, YAML_BYTES, read_bytes, read_text
from niner.money import parse_cents
from niner.returns.inputs import worksheet_inputs
from niner.returns.plan import RulesOf
from niner.returns.years.carried import Left
from niner.rules import first_year
from niner.values import Finding, Refused, Source


def known_losses(
    folder: Path, case: Case, year: int, rules_of: RulesOf, inputs: Mapping[str, str]
) -> tuple[dict[int, Left], list[Finding]]:
    """The loss that each year before `year` leaves, where a file tells it, and what is wrong with such files.

    A filed return counts as it was adjusted or amended since. One that was only prepared counts where it was made from
    `inputs`, today's files by their sha256, and no filed return of its year is there.
    """
    known: dict[int, Left] = {}
    found: list[Finding] = []
    filed = [y for y in filed_years(folder) if y < year]
    for one in filed:
        stems = [str(one), *(path.stem for path in entry_paths(folder, one))]
        changed = [f for stem in stems for f in changed_since_locked(folder, stem)]
        try:
            left = _filed(read_filed(folder, one), case, rules_of)
        except Refused as refused:
            changed += refused.findings
            left = None
        except (OSError, ValueError, KeyError, TypeError):
            left = None  # return.json is not as it was locked, which `changed` says already
        if changed:
            says = f"What filed/{one}.yaml carries on to {one + 1} was not used: {changed[0].says}"
            found.append(Finding("carryover-unread", "review", says, changed[0].todo, source=changed[0].source))
        elif left is not None:
            known[one] = left
    before = _prepared(folder, year - 1, case, inputs, rules_of)
    if before is not None and year - 1 not in filed:
        known[year - 1] = before
    gaps = [y for y in range(min(filed, default=year), year) if y not in filed]
    if gaps:
        missing = ", ".join(map(str, gaps))
        says = (
            f"filed/{filed[0]}.yaml is there, but no filed return of {missing}: "
            f"the filed returns do not tell all that was carried into {year}."
        )
        todo = (
            f"If a return was filed, add it: niner file {folder.name} --year {gaps[-1]} --template. "
            f"If none was, the year is worked out from the ledger and its figures under “years: {gaps[-1]}:”."
        )
        found.append(Finding("carryover-gap", "review", says, todo, source=Source("filed")))
    return known, found


def files_of(folder: Path, year: int) -> dict[str, str]:
    """The sha256 of a filed year's entries."""
    paths = [path for path in (filed_path(folder, year), *entry_paths(folder, year)) if path.is_file()]
    return {path.relative_to(folder).as_posix(): sha256(read_bytes(path, YAML_BYTES)).hexdigest() for path in paths}


def _filed(filed: Filed, case: Case, rules_of: RulesOf) -> Left | None:
    """What a filed return carries on: as it says itself, as locked with it, or by the worksheet from its lines."""
    year = filed.year
    status = filed.original.filing_status or case.seen_from(year).taxpayer.filing_status
    latest = f"{year}-adjusted-{filed.adjustments[-1].adjusted_on}" if filed.adjustments else str(year)
    kept_by = f"filed/{latest}.yaml"
    said = filed.original.carryover_out
    if said is not None and not filed.adjustments:
        return Left(year, said.short_term, said.long_term, status, "filed", kept_by)
    if filed.snapshot is not None:
        loss = json.loads(read_text(filed.snapshot / "return.json", JSON_BYTES))["carryover_out"]
        return Left(year, parse_cents(loss["short_term"]), parse_cents(loss["long_term"]), status, "filed", kept_by)
    if year < first_year() or "f1040" not in filed.lines:
        return None
    rules = rules_of(year)
    from niner.amend.filed.original import original_of

    original = original_of(filed, None, case, rules)
    inputs = worksheet_inputs(original.figures.as_case(), rules, original.rows, original.income, False)
    lines = rules.evaluate(inputs)
    short, long = (lines.at(rules.place(f"{term}_carried_on")) or 0 for term in ("short_term", "long_term"))
    return Left(year, short, long, status, "filed", kept_by)


def _prepared(folder: Path, year: int, case: Case, inputs: Mapping[str, str], rules_of: RulesOf) -> Left | None:
    """What out/<year>/return.json carries on, if it was made from today's inputs by today's rules."""
    name = f"out/{year}/return.json"
    try:
        document: dict[str, Any] = json.loads(read_text(folder / name, JSON_BYTES))
        same = all(document["inputs"].get(file) == digest for file, digest in inputs.items())
        others = [file for file in document["inputs"] if file not in inputs and not file.startswith("filed/")]
        kept = {f: digest for f, digest in document["inputs"].items() if f.startswith("filed/")}
        same = same and not others and kept == files_of(folder, year - 1)
        if not same or year < first_year() or document["rules"]["sha256"] != rules_of(year).sha256:
            return None
        loss = document["carryover_out"]
        short, long = parse_cents(loss["short_term"]), parse_cents(loss["long_term"])
        status = str(document["case"]["filing_status"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return Left(year, short, long, status, "prepared", name)
