"""The pages of an amended return: Form 1040-X, and the corrected Form 1040 and schedules made from the filed lines."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from niner.amend.comparing.causes import Cause
from niner.amend.comparing.words import reasons_told
from niner.amend.filed.contradictions import broken
from niner.amend.filed.figures import given_lines
from niner.amend.filed.original import Original
from niner.amend.year import YearAmended
from niner.forms import Continuation, FieldValue, FormFill, fits, load_pack, spread
from niner.money import dollars_spoken
from niner.printing.heading import ROWS_FOR_DEPENDENTS, dependent_values, form_1040_details, form_1040_header
from niner.printing.sheets import Sheets, complete, form_findings, sheets
from niner.returns.inputs import worksheet_inputs
from niner.returns.year import YearReturn
from niner.shown.pages import templates
from niner.values import Finding
from niner.words.letters import in_latin

_SEE_STATEMENT = "See the attached statement: explanation of changes."
_PROTECTIVE = "Protective Refund Claim"


def tax_method(result: YearReturn) -> str:
    """What stands on the dotted line of line 6: how the corrected tax was worked out."""
    lines = result.lines
    worksheet = "none"
    if lines.value("foreign_income", "used"):
        worksheet = "foreign_income"
    elif lines.value("tax_line", "schedule_d_worksheet"):
        worksheet = "schedule_d"
    elif lines.value("tax_line", "gains_worksheet"):
        worksheet = "gains"
    fact: dict[str, int | str | bool] = {
        "worksheet": worksheet,
        "taxable_income": result.amount("taxable_income") // 100,
    }
    return result.rules.conclude("tax_computation", [fact], ("tax_method",))[0]["tax_method"].value.replace("_", " ")


def explanation(this: YearAmended, moved: Mapping[str, tuple[int, int]]) -> str:
    """Part II: why the return is amended, from the causes."""
    result, original, causes = this.result, this.original, this.comparison.causes
    # plain text for a PDF field
    environment = templates("amend", trim_blocks=True, lstrip_blocks=True)
    reasons, tables = reasons_told(_told(causes), result.rules, result.case.elections.rounding == "dollars")
    text = environment.get_template("explanation.txt.j2").render(
        reasons=reasons,
        moved=[(name, dollars_spoken(a), dollars_spoken(b)) for name, (a, b) in moved.items() if a != b],
        year=result.year,
        carried=result.carryover_out,
        filed_carried=this.carried_as_filed,
        money=dollars_spoken,
    )
    if original.filed.adjustments:
        # Column A is then the return as it stands since, not the first one (Form 1040-X instructions, Column A).
        text = text.replace("he original return", "he return as previously adjusted")
    protective = result.case.amendment.protective_claim
    if protective:
        text = f"{_PROTECTIVE.upper()}: the amount depends on {protective.rstrip('.')}. {text}"
    return "\n".join(in_latin(line, otherwise="?") for line in [" ".join(text.split()), *tables])


def _told(causes: Sequence[Cause]) -> Sequence[Cause]:
    """The causes that the IRS is told of: its own to correct are left out where there are others."""
    told = [cause for cause in causes if cause.kind != "arithmetic" and cause.what != "rounding"]
    return told or causes


def amended_sheets(
    result: YearReturn,
    original: Original,
    text: str,
    revision: str,
    applied_year: int,
    form_dirs: Sequence[Path],
    summary: bool,
    filled: bool = True,
) -> tuple[Sheets, list[Finding]]:
    """Form 1040-X on top of every form that it calls for, and what is missing to make one of them whole.

    Where none is to be `filled` there are no others beside it.
    """
    plain = sheets(result, form_dirs, summary) if filled else Sheets((), (), ())
    kept = [fill for fill in plain.forms if fill.form not in ("f1040", "f1040s1")]
    form, statements = _form_1040x(result, original, text, revision, applied_year, form_dirs)
    own, findings = _form_1040(result, original, form_dirs)
    schedule, said = _schedule_1(result, original, form_dirs)
    forms = (form, own, *schedule, *kept)
    return Sheets(forms, (*plain.statements, *statements), plain.notes), [*findings, *said]


def _form_1040x(
    result: YearReturn, original: Original, text: str, revision: str, applied_year: int, form_dirs: Sequence[Path]
) -> tuple[FormFill, tuple[Continuation, ...]]:
    pack = load_pack("f1040x", result.year, form_dirs, revision)
    header = form_1040_header(result)
    keys = {key for page in range(len(pack.pages)) for key in pack.keys(page)}
    values: dict[str, FieldValue] = {key: value for key, value in header.items() if key in keys}
    values["tax_year"] = str(result.year)
    values |= form_1040_details(result, keys)
    lines = result.lines.as_mapping().get("f1040x", {})
    values |= {line: value for line, value in lines.items() if line in keys}
    for line in [line for line, ticked in lines.items() if ticked is True and f"{line}_text" in keys]:
        values[f"{line}_text"] = _named(result, line)
    values[result.rules.place("amended_tax_method").line] = tax_method(result)
    if lines.get(result.rules.place("amended_applied").line):
        values[result.rules.place("amended_applied_year").line] = str(applied_year)
    for number, person in enumerate(original.filed.original.dependents[:ROWS_FOR_DEPENDENTS], 1):
        values |= {key: value for key, value in dependent_values(number, person).items() if key in keys}
    if len(original.filed.original.dependents) > ROWS_FOR_DEPENDENTS:
        values["dependents_more"] = True
    protective = result.case.amendment.protective_claim
    if protective:  # it must alert the IRS to what it is (Pub. 17, Protective claim for refund)
        values["across_top"] = _PROTECTIVE
    statements: tuple[Continuation, ...] = ()
    if fits(pack, "explanation", " ".join(text.split("\n"))):
        values["explanation"] = " ".join(text.split("\n"))
    else:
        first = f"{_PROTECTIVE}. " if protective else ""
        values["explanation"] = f"{first.upper()}{_SEE_STATEMENT}"
        heading = f"{first}Form 1040-X ({result.year}), Part II: explanation of changes"
        ssn = result.case.taxpayer.ssn.get_secret_value()
        sentences = text.replace(". ", ".\n")
        statements = (Continuation("f1040x", result.year, heading, result.case.name_on_forms, ssn, sentences),)
    return FormFill("f1040x", result.year, spread(pack, values), revision), statements


def _named(result: YearReturn, line: str) -> str:
    """What a ticked box asks to name: as its rule says it, or one that says it more closely, as 15.other_rebate."""
    closer = [
        one.line for one in result.rules.compiled.lines if one.form == "f1040x" and one.line.startswith(f"{line}_")
    ]
    holds = [one for one in closer if result.lines.value("f1040x", one) is True]
    return result.lines.trace("f1040x", (holds or [line])[0]).says.rstrip(".")


def _form_1040(result: YearReturn, original: Original, form_dirs: Sequence[Path]) -> tuple[FormFill, list[Finding]]:
    """The corrected Form 1040: the lines as filed, and those that changed."""
    pack = load_pack("f1040", result.year, form_dirs)
    keys = {key for page in range(len(pack.pages)) for key in pack.keys(page)}
    lines = _overlaid(result, original, "f1040")
    values = {key: value for key, value in form_1040_header(result).items() if key in keys}
    values |= form_1040_details(result, keys)
    values |= {line: value for line, value in lines.items() if line in keys and not isinstance(value, bool)}
    missing = _missing(lines, result)
    findings = form_findings(result, "f1040", in_packet=True, amended=True, missing=missing)
    return FormFill("f1040", result.year, spread(pack, values)), findings


def _schedule_1(
    result: YearReturn, original: Original, form_dirs: Sequence[Path]
) -> tuple[list[FormFill], list[Finding]]:
    """Schedule 1 where it is called for and every figure of it is known."""
    now = result.lines.as_mapping().get("f1040s1", {})
    if not now and not original.lines.get("f1040s1"):
        return [], []
    if "f1040s1" in complete(result) or original.lines.get("f1040s1"):
        header: dict[str, FieldValue] = {
            "name": result.case.name_on_forms,
            "ssn": result.case.taxpayer.ssn.get_secret_value(),
        }
        plain = [f for f in sheets(result, form_dirs).forms if f.form == "f1040s1"]
        if plain and not original.lines.get("f1040s1"):
            return plain, []
        pack = load_pack("f1040s1", result.year, form_dirs)
        keys = {key for page in range(len(pack.pages)) for key in pack.keys(page)}
        lines = _overlaid(result, original, "f1040s1")
        types = {f"{line}.type": "Digital asset income" for line in lines if f"{line}.type" in keys}
        values = {**header, **types, **{line: value for line, value in lines.items() if line in keys}}
        return [FormFill("f1040s1", result.year, spread(pack, values))], []
    return [], form_findings(result, "f1040s1", in_packet=False, amended=True)


def _overlaid(result: YearReturn, original: Original, form: str) -> dict[str, int | bool]:
    """A form's lines as filed, with those that Niner works out in their place.

    A figure that the case has as one and the form on several lines stays where it was filed; only what it changed by is
    added to its line.
    """
    filed = dict(original.lines.get(form, {}))
    now = result.lines.as_mapping().get(form, {})
    worked_out = {name.line for name in result.rules.compiled.lines if name.form == form}
    others = {line: value for line, value in filed.items() if line not in worked_out}
    if not filed or original.document is not None:
        return others | dict(now)
    whole = result.case.elections.rounding == "dollars"
    case = original.figures.as_case()
    inputs = worksheet_inputs(case, result.rules, original.rows, original.income, whole)
    before = result.rules.evaluate(inputs).as_mapping().get(form, {})
    given = {line for name, line in given_lines(result.rules) if name == form}
    lines = others | {line: value for line, value in now.items() if line not in given}
    for line in given:
        moved = int(now.get(line, 0)) - int(before.get(line, 0))
        if line in filed or moved:
            lines[line] = int(filed.get(line, 0)) + moved
    return lines


def _missing(lines: Mapping[str, int | bool], result: YearReturn) -> list[str]:
    """The totals of Form 1040 whose parts are not all there."""
    return [
        f"line {one.relation.line} is {dollars_spoken(one.given)}, the lines it adds show {dollars_spoken(one.wanted)}"
        for one in broken({"f1040": lines}, result.year, "corrected")
    ]
