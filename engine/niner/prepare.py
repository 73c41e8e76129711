"""The main job: one case folder to a written set of forms and tables, or every reason why not.

What writes is loaded where something is written: a check needs none of it.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from niner.brokers import NONE, Brokers
from niner.case import Case, read_case
from niner.case.rulings import read_rulings
from niner.dataclass import dataclass
from niner.files.file_write import Contents, Pieces
from niner.files.folder_write import discard, not_ours, occupied, put_in_place, staged
from niner.files.reading import YAML_BYTES, read_bytes
from niner.forms import Produced, Statement, refusals
from niner.imports import read_ledger
from niner.ledger import Ledger
from niner.printing.descriptions import fitted
from niner.printing.names import with_fitting_names
from niner.printing.sheets import Sheets, form_findings, sheets, summary_rows
from niner.printing.unfilled import not_filled
from niner.process.collecting import without_collecting
from niner.process.one_at_a_time import one_at_a_time
from niner.returns.behind import behind_of
from niner.returns.footing import rules_not_footing
from niner.returns.matching import Matching, matching
from niner.returns.plan import RulesOf
from niner.returns.rows import Row
from niner.returns.units.choosing import AsIf
from niner.returns.year import YearReturn, year_return
from niner.returns.years.carried import Carried, carried_alone
from niner.returns.years.chain import chain
from niner.rules import YearRules, first_year, load_rules
from niner.run.known_losses import files_of, known_losses
from niner.run.leftovers import leftovers_of, settle
from niner.run.not_current import mark_not_current, outputs_of
from niner.run.one_run import one_run
from niner.values import Finding, Refused, Source

if TYPE_CHECKING:
    from niner.brokers.reconcile import Reconciled
    from niner.case.rulings import AnyRuling
    from niner.returns.reported.residual import Residual
    from niner.returns.units.holdings import Holdings

Progress = Callable[[str, int, int], None]
_AS_IT_IS = AsIf()
_MANY = 5_000
"""Sales and lots, of which what is written takes so long that two processes share it."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to prepare: the command line's choices."""

    year: int | None = None
    out: Path | None = None
    forms: bool = True
    overlays: tuple[Path, ...] = ()
    form_dirs: tuple[Path, ...] = ()
    offline: bool = False
    print_ready: bool = False
    summary: bool = False
    png: bool = False
    password: str = ""
    packed_table: bool = False  # dispositions.csv.gz too
    workbook: bool = False  # workpapers.xlsx also where its tables are long
    themes: tuple[Path, ...] = ()
    """A firm's own folders of templates, put first."""
    law_of: int | None = None
    """The year whose rules are taken instead of the tax year's own, to see what another law would make of it."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of one folder. With an error among the findings nothing was written and `result` is None."""

    folder: Path
    findings: tuple[Finding, ...]
    result: YearReturn | None = None
    document: Mapping[str, object] | None = None
    written: tuple[Path, ...] = ()

    @property
    def ok(self) -> bool:
        return self.result is not None

    def with_findings(self, more: Sequence[Finding]) -> "Prepared":
        """The same, and what is to be said of the run itself, which is not of the return."""
        return replace(self, findings=(*self.findings, *more))


def prepare(folder: Path, options: Options, progress: Progress = lambda what, done, whole: None) -> Prepared:
    """Read, decide, fill, read back and write one case. Never raises for bad input: problems are in the findings."""
    with one_run(folder) as said, without_collecting():
        try:
            result, files_read = work_out(folder, options, progress)
            target = options.out or folder / "out" / str(result.year)
            check_places(folder, target, options.form_dirs)
            finished = finish(folder, result, files_read, target, options, progress)
            progress("writing", 0, len(finished.files))
            said += write_out([(target, finished.files)])
            return finished.prepared.with_findings(said)
        except Refused as refused:
            targets = [options.out] if options.out else outputs_of(folder, options.year)
            said += mark_not_current(folder, targets, refused.findings)
            return Prepared(folder, (*refused.findings, *said))


def prepare_years(
    folder: Path, years: Sequence[int], options: Options, progress: Progress = lambda what, done, whole: None
) -> list[Prepared]:
    """One ledger through `years`, each year's carryover into the next, a folder for each.

    Nothing is written before all years are worked out, filled and read back.
    """
    with one_run(folder) as said, without_collecting():
        try:
            results, files_read = work_out_years(folder, years, options, progress)
            finished = []
            for result in results:
                target = folder / "out" / str(result.year)
                check_places(folder, target, options.form_dirs)
                finished.append((target, finish(folder, result, files_read, target, options, progress, run=results)))
            said += write_out([(target, done.files) for target, done in finished])
            first, *others = [done.prepared for _, done in finished]
            return [first.with_findings(said), *others]
        except Refused as refused:
            older = [path for year in years for path in outputs_of(folder, year)]
            said += mark_not_current(folder, older, refused.findings)
            return [Prepared(folder, (*refused.findings, *said))]


@dataclass(frozen=True, slots=True)
class Finished:
    """One return's files by name, not yet written, and what will be said of them."""

    files: Mapping[str, Contents]
    prepared: Prepared


def finish(
    folder: Path,
    result: YearReturn,
    files_read: Mapping[str, str],
    target: Path,
    options: Options,
    progress: Progress = lambda what, done, whole: None,
    amended: Sheets | None = None,
    run: Sequence[YearReturn] = (),
) -> Finished:
    """A return's forms filled and read back, and its tables and workpapers. Raises Refused.

    `amended` are the pages of an amended return, which take the place of the return's own; `run` are the returns of
    the years that were worked out together.
    """
    from niner.printing.output import in_pieces, return_json
    from niner.report.carry_sheet import carry_sheet
    from niner.report.papers import previews, workpapers
    from niner.shown.pages import check_themes

    check_themes(options.themes)
    findings = list(result.findings)
    produced = Produced({}, [], [])
    if options.forms:
        from niner.forms import produce  # what handles PDFs is loaded where there is one to make

        filled, said = _fitting(amended or sheets(result, options.form_dirs, options.summary), result, options)
        findings += said
        produced = produce(
            filled.forms,
            statements=filled.statements,
            form_dirs=options.form_dirs,
            offline=options.offline,
            whole_dollars=result.case.elections.rounding == "dollars",
            print_ready=options.print_ready,
            password=options.password,
            words=result.rules.words(),
            progress=progress,
        )
        findings += produced.findings
        statements = sum(isinstance(part, Statement) for part in filled.statements)
        findings += form_findings(result, "f8949", in_packet=True, amended=amended is not None, statements=statements)
        if amended is None:
            in_packet = any(form["form"] == "f1040" for form in produced.forms)
            findings += form_findings(result, "f1040", in_packet=in_packet)
    inputs = {"case.yaml": sha256(read_bytes(folder / "case.yaml", YAML_BYTES)).hexdigest(), **files_read}
    unfilled = not_filled(result, amended=amended is not None)
    document = return_json(result, produced.forms, inputs, findings, unfilled)
    if options.summary:
        document["summary"] = summary_rows(result)
    papers = workpapers(
        result,
        findings,
        inputs,
        _pages(produced),
        unfilled,
        read_rulings(folder)[0],
        [] if options.password else previews(result.case, produced.forms, produced.files),
        run,
        options.themes,
        options.workbook,
    )
    # What two processes share: the workbook takes as long as all else; where there is none, return.json does.
    many = len(result.rows) + len(result.held) > _MANY
    apart = many and not any(isinstance(data, Pieces) and data.apart for data in papers.values())
    packet = {str(form["form"]) for form in produced.forms}
    files: dict[str, Contents] = {
        **produced.files,
        **(_pictures(produced, options.password) if options.png else {}),
        "return.json": Pieces(lambda: in_pieces(document), apart),
        **_table(result, options.packed_table, apart),
        **papers,
        # Made while another process makes the workbook.
        "carry_sheet.txt": Pieces(lambda: iter([carry_sheet(result, packet, unfilled)])),
    }
    written = tuple(target / name for name in sorted(files))
    return Finished(files, Prepared(folder, tuple(findings), result, document, written))


def refusals_on_paper(result: YearReturn, options: Options) -> list[Finding]:
    """Why the return could not be printed, with what is shortened on its forms; no blank is needed to know it."""
    try:
        filled, said = _fitting(sheets(result, options.form_dirs, options.summary), result, options)
    except Refused as refused:
        return refused.findings
    whole = result.case.elections.rounding == "dollars"
    return [*refusals(filled.forms, filled.statements, options.form_dirs, whole), *said]


def _fitting(filled: Sheets, result: YearReturn, options: Options) -> tuple[Sheets, list[Finding]]:
    """The sheets with names that fit their boxes, and what was shortened for it. Raises Refused."""
    fitting, said = with_fitting_names(filled, result.case, options.form_dirs)
    return fitting, [*filled.notes, *said]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a case is worked out from: `case.yaml`, its ledger with what was written down of lots, brokers' forms."""

    case: Case
    ledger: Ledger
    brokers: Brokers
    findings: tuple[Finding, ...] = ()
    as_if: AsIf = _AS_IT_IS


def work_out(
    folder: Path, options: Options, progress: Progress = lambda what, done, whole: None
) -> tuple[YearReturn, dict[str, str]]:
    """A case's return and the sha256 of each ledger file, without writing anything. Raises Refused."""
    read = read_inputs(folder, options, progress, lambda case: options.year or case.tax_year)
    case, ledger, brokers, findings = read
    return work_out_from(folder, Inputs(case, ledger, brokers, tuple(findings)), options, progress)[:2]


def work_out_from(
    folder: Path, inputs: Inputs, options: Options, progress: Progress = lambda what, done, whole: None
) -> tuple[YearReturn, dict[str, str], Matching]:
    """The same of inputs that are read already, with the lots that it was worked out from. Raises Refused."""
    case, ledger, brokers = inputs.case, inputs.ledger, inputs.brokers
    year = options.year or case.tax_year
    seen, said = _for_year(case, year)
    load_rules(year, options.overlays)
    rules_of = rules_by_year(options.overlays, options.form_dirs, {year: options.law_of} if options.law_of else {})
    lots = matching(
        seen,
        ledger.transactions,
        rules_of,
        lambda done: progress("matching lots", done, len(ledger.transactions)),
        records=ledger.records,
        as_if=inputs.as_if,
        brokers=brokers,
    )
    carried = _carried(folder, case, year, ledger, lots, rules_of)
    found = [*inputs.findings, *said, *carried.findings]
    result = year_return(
        carried.put_into(seen), ledger.transactions, rules_of, found, matched=lots, form_dirs=options.form_dirs
    )
    result = fitted(replace(result, carried_from=carried.origin, behind=behind_of(ledger, year)))
    return result, ledger.files | _filed_before(folder, result.year, carried), lots


def holdings(folder: Path, options: Options, day: date | None = None, whole: bool = False) -> "Holdings":
    """The lots of a case at the end of `day`, or of its tax year. Raises Refused.

    `whole`: where no day is given, at the end of the year of the ledger's last row, if that is later.
    """
    from niner.returns.units.holdings import held_on

    case, ledger, _, findings = read_inputs(folder, options, lambda what, done, of: None)
    last = max((t.day.year for t in ledger.transactions), default=0) if whole else 0
    found = held_on(case, ledger, rules_by_year(options.overlays), day or date(max(case.tax_year, last), 12, 31))
    return replace(found, findings=(*findings, *found.findings))


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What brokers reported of a case's year against its return; `residual` is None where the ledger has errors."""

    case: Case | None
    year: int
    brokers: Brokers
    residual: "Residual | None"
    reconciled: "Reconciled | None"
    findings: tuple[Finding, ...]
    rows: tuple[Row, ...] = ()


def reconciliation(folder: Path, options: Options) -> Reconciliation:
    """The forms in brokers/ against the sales, whatever is wrong: problems are in the findings."""
    from niner.returns.reported.against import with_withholding
    from niner.returns.reported.residual import residual

    try:
        case, ledger, brokers, findings = read_inputs(folder, options, lambda what, done, whole: None)
    except Refused as refused:
        return _forms_alone(folder, options, refused.findings)
    year = options.year or case.tax_year
    rules_of = rules_by_year(options.overlays, options.form_dirs)
    try:
        rules_of(year)
    except Refused as refused:
        return _forms_alone(folder, options, [*findings, *refused.findings])
    seen = case.seen_from(year)
    lots = matching(seen, ledger.transactions, rules_of, records=ledger.records, brokers=brokers)
    found = lots.against(seen, rules_of(year))
    rows = lots.rows_of(seen, rules_of)
    said = [*findings, *lots.findings, *found.findings, *with_withholding(seen, rules_of(year), brokers)[1]]
    return Reconciliation(case, year, brokers, residual(found, rows), found, tuple(said), tuple(rows))


def _forms_alone(folder: Path, options: Options, findings: Sequence[Finding]) -> Reconciliation:
    """What the forms say where nothing can be set against them yet."""
    try:
        case = read_case(folder)
    except Refused:
        return Reconciliation(None, options.year or 0, NONE, None, None, tuple(findings))
    from niner.brokers import read_brokers

    year = options.year or case.tax_year
    brokers = read_brokers(folder, year, case.zone, case.sources)
    return Reconciliation(case, year, brokers, None, None, tuple(findings))


def _carried(folder: Path, case: Case, year: int, ledger: Ledger, lots: Matching, rules_of: RulesOf) -> Carried:
    """The loss carried into a year that is worked out alone, or is the first of a run."""
    inputs = {"case.yaml": sha256((folder / "case.yaml").read_bytes()).hexdigest(), **ledger.files}
    known, said = known_losses(folder, case, year, rules_of, inputs)
    carried = carried_alone(case, year, lots, rules_of, known)
    return replace(carried, findings=(*said, *carried.findings))


def _filed_before(folder: Path, year: int, carried: Carried) -> dict[str, str]:
    """The filed return that the loss came from, among the inputs."""
    return files_of(folder, year - 1) if carried.origin.startswith("filed/") else {}


def work_out_years(
    folder: Path, years: Sequence[int], options: Options, progress: Progress = lambda what, done, whole: None
) -> tuple[list[YearReturn], dict[str, str]]:
    """The returns of a run of years and the sha256 of each ledger file. Raises Refused."""
    case, ledger, brokers, findings = read_inputs(folder, options, progress, lambda case: max(years))
    results, carried = _run_of_years(folder, case, ledger, findings, years, options, AsIf(), brokers)
    results = [replace(result, behind=behind_of(ledger, result.year)) for result in results]
    return results, ledger.files | _filed_before(folder, years[0], carried)


def years_of(
    folder: Path,
    case: Case,
    ledger: Ledger,
    findings: Sequence[Finding],
    years: Sequence[int],
    options: Options,
    as_if: AsIf,
    brokers: Brokers = NONE,
) -> list[YearReturn]:
    """The returns of a run of years from inputs that are read already, with lots chosen as if. Raises Refused."""
    return _run_of_years(folder, case, ledger, findings, years, options, as_if, brokers)[0]


def _run_of_years(
    folder: Path,
    case: Case,
    ledger: Ledger,
    findings: Sequence[Finding],
    years: Sequence[int],
    options: Options,
    as_if: AsIf,
    brokers: Brokers,
) -> tuple[list[YearReturn], Carried]:
    for year in years:
        load_rules(year, options.overlays)
    rules_of = rules_by_year(options.overlays, options.form_dirs)
    first, rows, records = years[0], ledger.transactions, ledger.records
    lots = matching(case.seen_from(first), rows, rules_of, records=records, as_if=as_if, brokers=brokers)
    carried = _carried(folder, case, first, ledger, lots, rules_of)
    dirs = options.form_dirs
    results = chain(
        case,
        years,
        rows,
        rules_of,
        findings,
        first=carried,
        records=records,
        form_dirs=dirs,
        as_if=as_if,
        brokers=brokers,
        matched=lots,
    )
    return [fitted(result) for result in results], carried


def read_inputs(
    folder: Path,
    options: Options,
    progress: Progress,
    last_year: Callable[[Case], int] | None = None,
    instead: "Sequence[tuple[int, AnyRuling]] | None" = None,
) -> tuple[Case, Ledger, Brokers, list[Finding]]:
    """The case, its ledger and what brokers reported; raises Refused with the problems of all together.

    The hashes of the brokers' files are among the ledger's.
    `last_year` gives the last year that is worked out: what is later can't make it wrong. `instead` take the place of
    the rulings of decisions.yaml.
    """
    problems: list[Finding] = []
    case: Case | None = None
    try:
        case = read_case(folder)
    except Refused as refused:
        problems += refused.findings
    progress("reading the ledger", 0, 0)
    ledger = Ledger((), {}, ())
    if folder.is_dir():
        last = last_year(case) if last_year and case else None
        ledger = read_ledger(
            folder,
            case,
            progress=lambda done: progress("reading the ledger", done, 0),
            last_year=last,
            instead=instead,
        )
        problems += ledger.findings
    brokers = NONE
    if case is not None and (folder / "brokers").exists():
        from niner.brokers import read_brokers

        brokers = read_brokers(folder, case.tax_year, case.zone, case.sources, named=ledger.named, instead=instead)
        problems += brokers.findings
    if case is None or any(f.severity == "error" for f in problems):
        raise Refused(problems)
    return case, replace(ledger, files=ledger.files | dict(brokers.inputs)), brokers, problems


def _for_year(case: Case, year: int | None) -> tuple[Case, list[Finding]]:
    """The case seen from another year, told where that year's own figures are not in it."""
    if year is None or year == case.tax_year:
        return case, []
    if year in case.years:
        return case.seen_from(year), []
    says = (
        f"case.yaml is for {case.tax_year}: its figures are not used for {year}, and it has none under years: {year}."
    )
    todo = f"Add the {year} figures under “years” in case.yaml, or make a case folder for {year}."
    return case.seen_from(year), [Finding("other-year", "review", says, todo, source=Source("case.yaml"))]


def rules_by_year(
    overlays: Sequence[Path], form_dirs: Sequence[Path] = (), instead: Mapping[int, int] = MappingProxyType({})
) -> RulesOf:
    """Rules by year, for some years those of another `instead`; years before the first with rules are read with
    the first's, only to bring lots forward.

    A firm's own rules that fail `niner rules check` are refused.
    """

    fit: set[int] = set()

    def rules_of(year: int) -> YearRules:
        rules = load_rules(max(instead.get(year, year), first_year()), tuple(overlays))
        if rules.positions and rules.year not in fit:
            from niner.asked import asked_of
            from niner.rules.editor.checking import require_fit

            require_fit(rules, asked_of(rules.year, form_dirs))
            broken = rules_not_footing(rules, form_dirs)
            if broken:
                raise Refused(broken)
            fit.add(rules.year)
        return rules

    return rules_of


def _table(result: YearReturn, packed: bool, apart: bool) -> dict[str, Contents]:
    """dispositions.csv, and the same packed where it is asked for; the same bytes every time."""
    import gzip

    from niner.printing.columns import dispositions_csv

    table = Pieces(lambda: dispositions_csv(result.rows, result.rules.draft), apart)
    in_gzip = Pieces(lambda: iter([gzip.compress(bytes(table), mtime=0)]), apart)
    return {"dispositions.csv": table, **({"dispositions.csv.gz": in_gzip} if packed else {})}


def _pages(produced: Produced) -> int:
    return sum(int(form["pages"]) for form in produced.forms if form["form"] == "f8949")


def _pictures(produced: Produced, password: str) -> dict[str, bytes]:
    """Each page of the packet as a PNG."""
    from niner.forms.reading.preview import page_images

    volumes = [data for name, data in produced.files.items() if name.startswith("packet")]
    pages = (image for data in volumes for image in page_images(data, password=password))
    return {f"page-{number:03d}.png": image for number, image in enumerate(pages, 1)}


def check_places(folder: Path, target: Path, form_dirs: Sequence[Path]) -> None:
    """Raises Refused where the output would overwrite something, or a folder of blanks is not there."""
    findings = []
    reason = occupied(target, folder)
    if reason:
        says = f"The output can't go to {target}: {reason}."
        findings.append(Finding("output-occupied", "error", says, "Name another folder with --out."))
    for place in form_dirs:
        if not place.is_dir():
            says = f"There is no folder of blank forms {place}."
            findings.append(Finding("forms-folder", "error", says, "Check the path given with --forms."))
    if findings:
        raise Refused(findings)


def write_out(places: Sequence[tuple[Path, Mapping[str, Contents]]]) -> list[Finding]:
    """Each folder's files into it, all complete on the disk before the first is put in place. Raises Refused.

    Gives what was put right first of what a broken-off run had left beside them.
    """
    with ExitStack() as held:
        said = []
        for target, files in places:
            # Another case's run may have been told to write to the same place.
            held.enter_context(one_at_a_time(target.parent))
            said += settle(leftovers_of(target))
            theirs = not_ours(target, files)
            if theirs:
                names = ", ".join(theirs)
                says = f"In {target} stand files that were changed since, or were not written by Niner: {names}."
                todo = "Move them away first, or write to another folder with --out; nothing was changed there."
                raise Refused([Finding("output-changed", "error", says, todo)])
        complete: list[tuple[Path, Path]] = []
        target = places[0][0]
        try:
            for target, files in places:
                complete.append((staged(target, files), target))
            put_in_place(complete)
        except BaseException as error:
            for fresh, staged_for in complete:
                discard(fresh, staged_for)
            if not isinstance(error, OSError):
                raise
            says = f"The output folder {target} can't be written: {error.strerror or error}."
            todo = "Nothing was changed there. Free some space, or give another folder with --out."
            raise Refused([Finding("output-unwritable", "error", says, todo)]) from None
        return said
