"""Runs the returns on standard input through one open tax engine: python tests/bench/engines.py ENGINE < returns.json

For compare.py, which starts it in the Python the engines are installed in, so Niner is not imported here. A return is
{"year", "status", "figures"} with Niner's names and whole dollars; each comes back as its figures in dollars, or null
where the engine does not know the year or a figure. "missing" comes back where the engine is not installed.

What a return gives as a finished figure is given to the engines so: itemized deductions with the taxes in them. Their
own limits of it (on state tax, at the top rate, on gifts) and their deduction for business income are left off.
"""

import contextlib
import json
import sys
from collections import defaultdict
from importlib import metadata
from multiprocessing import get_context
from typing import Any

Return = dict[str, Any]
Figures = dict[str, float] | None


def money(one: Return, name: str) -> float:
    return float(one["figures"].get(name) or 0)


def itemizes(one: Return) -> bool:
    return one["figures"].get("deduction") is not None


SCHEDULE_A = ("medical", "state taxes", "gifts", "schedule a")


def by_parts(one: Return) -> bool:
    """Whether a household gives Schedule A part by part."""
    return "mortgage_interest" in one["figures"]


def by_year(returns: list[Return], places: list[int] | None = None) -> dict[int, list[int]]:
    """The places of the returns of each year, of all or of those given."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for place in range(len(returns)) if places is None else places:
        found[returns[place]["year"]].append(place)
    return dict(found)


def taxcalc(returns: list[Return]) -> list[Figures]:
    import pandas
    from taxcalc import Calculator, Policy, Records

    statuses = ("single", "married_joint", "married_separate", "head_of_household", "surviving_spouse")
    found: list[Figures] = [None] * len(returns)
    for year, places in by_year(returns).items():
        rows = []
        for place in places:
            one = returns[place]
            taxes = money(one, "taxes_deducted")
            business, tips = money(one, "self_employment_income"), money(one, "tips")
            children, others = int(money(one, "qualifying_children")), int(money(one, "other_dependents"))
            old, joint = one["figures"].get("aged"), one["status"] == "married_joint"
            old_spouse = one["figures"].get("spouse_aged")
            rows.append(
                {
                    **{"RECID": place + 1, "MARS": statuses.index(one["status"]) + 1, "FLPDYR": year},
                    **{"e00200": money(one, "wages"), "e00200p": money(one, "wages")},
                    **{"e00300": money(one, "taxable_interest"), "e00600": money(one, "ordinary_dividends")},
                    **{"e00650": money(one, "qualified_dividends"), "p22250": money(one, "line_4")},
                    **{"p23250": money(one, "line_11"), "e24518": money(one, "line_18")},
                    **{"e24515": money(one, "line_19"), "e02000": money(one, "rental_and_passive_income")},
                    **{"e18400": taxes + money(one, "state_income_taxes"), "e18500": money(one, "real_estate_taxes")},
                    **{"e19200": max(money(one, "deduction") - taxes, 0) + money(one, "mortgage_interest")},
                    **{"e17500": money(one, "medical_expenses"), "e20100": money(one, "property_gifts")},
                    "e03150": money(one, "ira_worked_out"),
                    **{"XTOT": 1 + joint + children + others, "age_head": 70 if old else 40},
                    **{
                        "age_spouse": (70 if old_spouse else 40 if joint else 0),
                        "e00900": business,
                        "e00900p": business,
                    },
                    **{"e01400": money(one, "ira_taxable"), "e01500": money(one, "pensions_taxable")},
                    **{"e01700": money(one, "pensions_taxable"), "e02400": money(one, "social_security")},
                    **{"e03210": money(one, "student_loan_worked_out"), "e19800": money(one, "cash_gifts")},
                    **{"n24": children, "nu18": children, "nu13": children, "EIC": min(children, 3)},
                    **{"nu06": int(money(one, "children_under_6")), "n21": 1 + joint + others},
                    **{"tip_income": tips, "overtime_income": money(one, "overtime")},
                    **{
                        "auto_loan_interest": money(one, "car_loan_interest"),
                        "e07240": money(one, "savers_worked_out"),
                    },
                }
            )
        policy = Policy()
        sure = {f"{credit}_claim_prob_{part}": {str(year): 9e99} for credit in ("eitc", "actc") for part in ("scale",)}
        off = {"ID_AllTaxes_c": {str(year): [9e99] * 5}, "ID_AllTaxes_c_po_rate": {str(year): 0.0}}
        off = sure if returns[places[0]].get("household") else {**sure, **off}
        if year >= 2026:
            off["ID_reduction_rate"] = {str(year): 0.0}
        policy.implement_reform(off)
        records = Records(
            *(pandas.DataFrame(rows),),
            **{
                "start_year": year,
                "gfactors": None,
                "weights": None,
                "adjust_ratios": None,
                "exact_calculations": True,
            },
        )
        engine = Calculator(policy=policy, records=records, verbose=False)
        engine.advance_to_year(year)
        engine.calc_all()
        names = {"agi": "c00100", "taxable": "c04800", "tax": "taxbc", "amt": "c09600", "niit": "niit"}
        if returns[places[0]].get("household"):
            names |= {"social security": "c02500", "self-employment tax": "setax", "qbi": "qbided", "eic": "c59660"}
            names |= {"standard": "standard", "children": "ctc_total", "additional medicare": "ptax_amc"}
            names |= {
                "seniors": "senior_deduction",
                "tips": "tip_income_deduction",
                "overtime": "overtime_income_deduction",
            }
            names |= {"car loan": "auto_loan_interest_deduction", "medical": "c17000", "state taxes": "c18300"}
            names |= {"gifts": "c19700", "schedule a": "c21060"}
        arrays = {ours: engine.array(theirs) for ours, theirs in names.items()}
        for row, place in enumerate(places):
            found[place] = {name: float(values[row]) for name, values in arrays.items()}
            if returns[place].get("household"):  # what it does not take is empty, Schedule A or the standard deduction
                takes = by_parts(returns[place]) and found[place]["standard"] == 0
                empty = (*(() if takes else SCHEDULE_A), *(("standard",) if by_parts(returns[place]) else ()))
                found[place] = {name: value for name, value in found[place].items() if name not in empty}
            elif itemizes(returns[place]):
                found[place].pop("standard", None)
    return found


def tenforty(returns: list[Return]) -> list[Figures]:
    """Each return in a process of its own: a box that one ticks stays ticked for the next (65 or older, 2025)."""
    import tenforty.core  # noqa: F401 - once, for all processes to come

    with get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        return pool.map(tenforty_alone, returns, chunksize=1)


def tenforty_alone(one: Return) -> Figures:
    """Its OpenTaxSolver forms one by one, as tenforty itself fills only some of their lines and years.

    A business is left out, as it takes the deduction for it and the tax on it by itself in some years, and so are gifts
    without itemizing.
    A return with 28% gain is left out, as there is no line for it, and one with 25% gain, as a single dollar of it
    (Schedule D, line 19) takes the tax of a single return of 2025 with 1.3 million of income from 231,677 to 81,107.
    """
    from tenforty import core
    from tenforty.models import NATURAL_FORM_CONFIG, OTS_FORM_CONFIG

    statuses = {
        "single": "Single",
        "married_joint": "Married/Joint",
        "married_separate": "Married/Sep",
        "head_of_household": "Head_of_House",
        "surviving_spouse": "Widow(er)",
    }
    year = one["year"]
    mapping = NATURAL_FORM_CONFIG.get((year, "US_1040"))
    unlike = ("line_18", "line_19", "self_employment_income", *(() if by_parts(one) else ("cash_gifts",)))
    apart = one["status"] == "married_separate" and money(one, "social_security")
    if mapping is None or apart or any(money(one, name) for name in unlike):
        return None
    natural = {
        "filing_status": statuses[one["status"]],
        "w2_income": money(one, "wages"),
        "taxable_interest": money(one, "taxable_interest"),
        "qualified_dividends": money(one, "qualified_dividends"),
        "ordinary_dividends": money(one, "ordinary_dividends"),
        "short_term_capital_gains": money(one, "line_4"),
        "long_term_capital_gains": money(one, "line_11"),
        "rental_income": money(one, "rental_and_passive_income"),
    }
    form = core.map_natural_to_ots_input(natural, mapping.input_map)
    if one.get("household"):
        old = one["figures"].get("aged")
        form |= {"L4b": money(one, "ira_taxable"), "L5b": money(one, "pensions_taxable")}
        form |= {"L6a": money(one, "social_security"), "You_65+Over?": "Y" if old else "N"}
        form["Spouse_65+Over?"] = "Y" if one["figures"].get("spouse_aged") else "N"
        form["S1_20" if year == 2020 else "S1_21"] = money(one, "student_loan_interest_paid")
        form["S1_19" if year == 2020 else "S1_20"] = money(one, "ira_worked_out")
        if year >= 2025:
            form |= {"S1A_4a": money(one, "tips"), "S1A_14a": money(one, "overtime")}
            form["S1A_22aiii"] = money(one, "car_loan_interest")
    if by_parts(one):
        form |= {"A18": "Y" if one["figures"].get("itemized") else "N", "A1": money(one, "medical_expenses")}
        form |= {"A5a": money(one, "state_income_taxes"), "A5b": money(one, "real_estate_taxes")}
        form |= {"A8a": money(one, "mortgage_interest"), "A11": money(one, "cash_gifts")}
        form["A12"] = money(one, "property_gifts")
    elif itemizes(one):
        form["A18"] = "Y"
        form["A6"] = money(one, "taxes_deducted")
        form["A16"] = money(one, "deduction") - money(one, "taxes_deducted")
    else:
        form["A18"] = "N"
    answer = core.evaluate_form(year, "US_1040", None, form, None)["federal"] or {}
    figures = {
        "agi": float(answer["L11b" if year >= 2025 else "L11"]),
        "taxable": float(answer["L15"]),
        "tax": float(answer["L16"]),
        "amt": float(answer.get("AMT_Form_6251_L11") or 0),
    }
    if one.get("household"):
        names = {
            "social security": "L6b",
            "tips": "S1A_13",
            "overtime": "S1A_21",
            "car loan": "S1A_30",
            "seniors": "S1A_37",
        }
        if by_parts(one):
            names |= {"medical": "A4", "state taxes": "A5e", "gifts": "A14", "schedule a": "A17"}
        figures |= {name: float(answer.get(theirs) or 0) for name, theirs in names.items()}
    elif (year, "Form_8960") in OTS_FORM_CONFIG:
        form_8960 = {
            **{"Status": statuses[one["status"]], "Entity": "Individual"},
            **{"Sec6013g": "No", "Sec6013h": "No", "Sec1141_10g": "No"},
            **{"L1": money(one, "taxable_interest"), "L2": money(one, "ordinary_dividends")},
            **{"L4a": money(one, "rental_and_passive_income")},
            **{"L5a": float(answer.get("L7a" if year >= 2025 else "L7") or answer.get("L7") or 0)},
            **{"L9a": money(one, "investment_interest"), "L9b": money(one, "investment_state_tax")},
            "L13": figures["agi"],
        }
        figures["niit"] = float(core._evaluate_subordinate(year, "Form_8960", form_8960).get("L17") or 0)
    return figures


STATUSES_OF_POLICYENGINE = {
    "single": "SINGLE",
    "married_joint": "JOINT",
    "married_separate": "SEPARATE",
    "head_of_household": "HEAD_OF_HOUSEHOLD",
    "surviving_spouse": "SURVIVING_SPOUSE",
}


def policyengine(returns: list[Return]) -> list[Figures]:
    """Those who itemize apart from those who don't: a figure given for one unit is 0 for every other of its batch."""
    from policyengine_us import Simulation

    found: list[Figures] = [None] * len(returns)
    if returns and returns[0].get("household"):
        for year, places in by_year(returns).items():
            at_home = policyengine_at_home(Simulation, year, [returns[place] for place in places])
            for place, figures in zip(places, at_home, strict=True):
                found[place] = figures
        return found
    itemizers = [place for place, one in enumerate(returns) if itemizes(one)]
    others = [place for place, one in enumerate(returns) if not itemizes(one)]
    for year, places in [*by_year(returns, itemizers).items(), *by_year(returns, others).items()]:
        people: dict[str, Any] = {}
        units: dict[str, Any] = {}
        homes: dict[str, Any] = {}
        for place in places:
            one, name = returns[place], f"p{place}"
            person = {
                "age": 40,
                "employment_income": money(one, "wages"),
                "taxable_interest_income": money(one, "taxable_interest"),
                "qualified_dividend_income": money(one, "qualified_dividends"),
                "non_qualified_dividend_income": money(one, "ordinary_dividends") - money(one, "qualified_dividends"),
                "short_term_capital_gains": money(one, "line_4"),
                "long_term_capital_gains": money(one, "line_11"),
                "long_term_capital_gains_on_collectibles": money(one, "line_18"),
                "rental_income": money(one, "rental_and_passive_income"),
            }
            unit: dict[str, Any] = {
                "filing_status": STATUSES_OF_POLICYENGINE[one["status"]],
                "tax_unit_itemizes": itemizes(one),
                "qualified_business_income_deduction": 0,
                "unrecaptured_section_1250_gain": money(one, "line_19"),
            }
            if itemizes(one):
                unit |= {
                    "taxable_income_deductions": money(one, "deduction"),
                    "salt_deduction": money(one, "taxes_deducted"),
                    "misc_deduction": 0,
                }
            people[name] = {key: {str(year): value} for key, value in person.items()}
            units[name] = {"members": [name], **{key: {str(year): value} for key, value in unit.items()}}
            homes[name] = {"members": [name], "state_code": {str(year): "TX"}}
        engine = Simulation(situation={"people": people, "tax_units": units, "households": homes})
        names = {
            "agi": "adjusted_gross_income",
            "taxable": "taxable_income",
            "tax": "regular_tax_before_credits",
            "amt": "alternative_minimum_tax",
            "niit": "net_investment_income_tax",
        }
        arrays = {ours: engine.calculate(theirs, year) for ours, theirs in names.items()}
        for row, place in enumerate(places):
            found[place] = {name: float(values[row]) for name, values in arrays.items()}
    return found


AT_HOME = {
    "agi": "adjusted_gross_income",
    "taxable": "taxable_income",
    "tax": "regular_tax_before_credits",
    "amt": "alternative_minimum_tax",
    "niit": "net_investment_income_tax",
    "social security": "tax_unit_taxable_social_security",
    "self-employment tax": "self_employment_tax",
    "qbi": "qualified_business_income_deduction",
    "eic": "eitc",
    "children": "ctc_value",
    "additional medicare": "additional_medicare_tax",
    "student loan": "student_loan_interest_ald",
    "ira": "traditional_ira_deduction",
    "savers": "savers_credit",
    "standard": "standard_deduction",
    "medical": "medical_expense_deduction",
    "state taxes": "salt_deduction",
    "gifts": "charitable_deduction",
    "premium credit": "aca_ptc",
}
OF_2025 = {
    "tips": "tip_income_deduction",
    "overtime": "overtime_income_deduction",
    "car loan": "auto_loan_interest_deduction",
    "seniors": "additional_senior_deduction",
}


def policyengine_at_home(simulation: Any, year: int, returns: list[Return]) -> list[dict[str, float]]:
    """Households of one year in one simulation: each with its people, in a state without income tax."""
    people: dict[str, Any] = {}
    units: dict[str, Any] = {}
    homes: dict[str, Any] = {}
    spouses: dict[str, Any] = {}
    for place, one in enumerate(returns):
        members = _people(one, f"p{place}")
        people |= {name: {key: {str(year): value} for key, value in person.items()} for name, person in members.items()}
        names = list(members)
        unit: dict[str, Any] = {
            "filing_status": STATUSES_OF_POLICYENGINE[one["status"]],
            "takes_up_eitc": True,
            "takes_up_aca_if_eligible": True,
            "would_file_if_eligible_for_refundable_credit": True,
            "state_and_local_sales_or_income_tax": money(one, "state_income_taxes"),
        }
        premiums = money(one, "silver_plan_premiums") / 12
        units[f"u{place}"] = {
            "members": names,
            **{key: {str(year): value} for key, value in unit.items()},
            "slcsp": {f"{year}-{month:02d}": premiums for month in range(1, 13)},
        }
        homes[f"h{place}"] = {
            "members": names,
            "state_code": {str(year): "TX"},
            "qualified_passenger_vehicle_loan_interest": {str(year): money(one, "car_loan_interest")},
        }
        couple = [name for name in names if name.endswith(("head", "spouse"))]
        spouses[f"m{place}"] = {"members": couple}
        spouses |= {f"m{name}": {"members": [name]} for name in names if name not in couple}
    engine = simulation(situation={"people": people, "tax_units": units, "households": homes, "marital_units": spouses})
    names_of_year = AT_HOME | (OF_2025 if year >= 2025 else {})
    arrays = {ours: engine.calculate(theirs, year, map_to="tax_unit") for ours, theirs in names_of_year.items()}
    found = [{name: float(values[row]) for name, values in arrays.items()} for row in range(len(returns))]
    for one, figures in zip(returns, found, strict=True):
        if not by_parts(one):
            for name in SCHEDULE_A:
                figures.pop(name, None)
        if not money(one, "silver_plan_premiums"):
            figures.pop("premium credit")
    return found


def _people(one: Return, name: str) -> dict[str, dict[str, Any]]:
    """The persons of a household. Everyone has every figure, as one that is left out is worked out or 0 for all."""
    figures = one["figures"]
    children, young = int(money(one, "qualifying_children")), int(money(one, "children_under_6"))
    insured = money(one, "silver_plan_premiums") > 0
    put = money(one, "ira_contributions")
    head: dict[str, Any] = {
        "age": 70 if figures.get("aged") else 40,
        "is_tax_unit_head": True,
        "employment_income": money(one, "wages"),
        "taxable_interest_income": money(one, "taxable_interest"),
        "qualified_dividend_income": money(one, "qualified_dividends"),
        "non_qualified_dividend_income": money(one, "ordinary_dividends") - money(one, "qualified_dividends"),
        "short_term_capital_gains": money(one, "line_4"),
        "long_term_capital_gains": money(one, "line_11"),
        "taxable_ira_distributions": money(one, "ira_taxable"),
        "taxable_private_pension_income": money(one, "pensions_taxable"),
        "social_security_retirement": money(one, "social_security"),
        "self_employment_income": money(one, "self_employment_income"),
        "student_loan_interest": money(one, "student_loan_interest_paid"),
        "traditional_ira_contributions": put,
        "roth_ira_contributions": 0 if put else money(one, "retirement_savings"),
        "ira_active_participant": bool(figures.get("covered_by_plan")),
        "other_medical_expenses": money(one, "medical_expenses"),
        "medical_expense_health_insurance_premiums": 0,  # it adds those of Medicare from 65 on
        "real_estate_taxes": money(one, "real_estate_taxes"),
        "home_mortgage_interest": money(one, "mortgage_interest"),
        "charitable_cash_donations": money(one, "cash_gifts"),
        "charitable_non_cash_donations": money(one, "property_gifts"),
        "tip_income": money(one, "tips"),
        "tip_income_deduction_occupation_requirement_met": True,
        "fsla_overtime_premium": money(one, "overtime"),
        "is_tax_unit_spouse": False,
        "is_tax_unit_dependent": False,
        "pays_aca_premium": insured,
    }
    nobody = {
        key: 0 if isinstance(value, int | float) and not isinstance(value, bool) else False
        for key, value in head.items()
    }
    nobody |= {"pays_aca_premium": insured, "tip_income_deduction_occupation_requirement_met": True}
    found = {f"{name}head": head}
    if one["status"] == "married_joint":
        covered = bool(figures.get("spouse_covered_by_plan"))
        spouse = {**nobody, "age": 70 if figures.get("spouse_aged") else 40, "is_tax_unit_spouse": True}
        found[f"{name}spouse"] = {**spouse, "ira_active_participant": covered}
    for child in range(children):
        found[f"{name}child{child}"] = {**nobody, "age": 3 if child < young else 10, "is_tax_unit_dependent": True}
    for other in range(int(money(one, "other_dependents"))):
        found[f"{name}other{other}"] = {**nobody, "age": 30, "is_tax_unit_dependent": True}
    return found


ENGINES = {
    "taxcalc": ("taxcalc", taxcalc),
    "tenforty": ("tenforty", tenforty),
    "policyengine": ("policyengine-us", policyengine),
}


def main() -> None:
    package, run = ENGINES[sys.argv[1]]
    try:
        version = metadata.version(package)
    except metadata.PackageNotFoundError:
        print(json.dumps({"missing": package}))
        return
    with contextlib.redirect_stdout(sys.stderr):  # an engine's own chatter
        found = run(json.load(sys.stdin))
    print(json.dumps({"engine": f"{package} {version}", "figures": found}))


if __name__ == "__main__":
    main()
