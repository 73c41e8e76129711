"""A year's return to what Form 1040 asks beside amounts: names, dependents, boxes, the account, who signs."""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, cast

from pydantic import SecretStr

from niner.case import Dependent
from niner.case.people import Designee, Person
from niner.forms import Continuation, FieldValue, Pack, fits
from niner.money import dollars_text, footed_dollars
from niner.returns.inputs import boxes_said
from niner.returns.year import YearReturn

ROWS_FOR_DEPENDENTS = 4


def form_1040_header(result: YearReturn) -> dict[str, FieldValue]:
    """Names, address, filing status and the digital-asset question as Form 1040 asks them."""
    case = result.case
    person, address = case.taxpayer, case.taxpayer.address
    header: dict[str, FieldValue] = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "ssn": person.ssn.get_secret_value(),
        f"filing_status.{person.filing_status}": True,
        f"digital_assets.{result.digital_question.value}": True,
    }
    parts = {
        "street": address.street,
        "apt": address.apartment,
        "city": address.city,
        "state": address.state,
        "zip": address.zip,
        "foreign_country": address.foreign_country,
        "foreign_province": address.foreign_province,
        "foreign_postal_code": address.foreign_postal_code,
    }
    header |= {key: text for key, text in parts.items() if text}
    if case.spouse and person.filing_status == "married_joint":
        header |= {
            "spouse_first_name": case.spouse.first_name,
            "spouse_last_name": case.spouse.last_name,
            "spouse_ssn": case.spouse.ssn.get_secret_value(),
        }
    elif case.spouse and person.filing_status == "married_separate":
        header["spouse_ssn"] = case.spouse.ssn.get_secret_value()
        header["filing_status_name"] = f"{case.spouse.first_name} {case.spouse.last_name}"
    return header


def form_1040_details(result: YearReturn, keys: Collection[str]) -> dict[str, FieldValue]:
    """What Form 1040 asks further and the case says, of the boxes (`keys`) that the year's form has."""
    case = result.case
    joint = case.taxpayer.filing_status == "married_joint"
    values = _signing("", case.taxpayer)
    if case.spouse and joint:
        values |= _signing("spouse_", case.spouse)
    values |= {"phone": case.taxpayer.phone, "email": case.taxpayer.email}
    for number, person in enumerate(case.dependents[:ROWS_FOR_DEPENDENTS], 1):
        values |= dependent_values(number, person)
    values["dependents_more"] = len(case.dependents) > ROWS_FOR_DEPENDENTS
    if case.return_:
        given = case.return_
        values |= {
            "born_before": bool(given.aged),
            "blind": bool(given.blind),
            "spouse_born_before": bool(given.spouse_aged),
            "spouse_blind": bool(given.spouse_blind),
            "claimed_as_dependent": given.claimed_as_dependent,
            "spouse_claimed_as_dependent": given.spouse_claimed_as_dependent,
            "spouse_itemizes": given.spouse_itemizes or ("dual_status_alien" not in keys and given.dual_status),
            "dual_status_alien": given.dual_status,
            "lived_apart": given.lived_apart,
            "benefits_lived_apart": given.lived_apart and given.social_security > 0,
        }
    place = result.rules.place
    if case.bank and result.lines.value("f1040", place("refunded").line):
        values |= {
            place("routing_number").line: case.bank.routing,
            place("account_number").line: case.bank.account.get_secret_value(),
            f"{place('account_type').line}.{case.bank.type}": True,
        }
    values |= _designee(case.designee)
    values |= boxes_of(result, keys)
    values |= {
        place("schedule_d_not_required").line: place("net_gain").form in result.not_attached,
        "campaign_you": case.taxpayer.campaign,
        "campaign_spouse": bool(joint and case.spouse and case.spouse.campaign),
    }
    if case.preparer:
        values |= {f"preparer.{name}": value for name, value in case.preparer.model_dump().items()}
    return {key: value for key, value in values.items() if key in keys and value not in ("", False)}


def boxes_of(result: YearReturn, keys: Collection[str]) -> dict[str, FieldValue]:
    """The boxes that the case gives beside persons and amounts, of those (`keys`) that the form has."""
    table = result.rules.table("boxes")
    values: dict[str, FieldValue] = {}
    for name, said in boxes_said(result.case).items():
        fields = [str(field) for field in cast(Sequence[object], table[name].cells["fields"])]
        words = said if isinstance(said, tuple) else (str(table[name].cells["word"]) or said,)
        ticks, places = fields[: -len(words)], fields[-len(words) :]
        values |= {**dict.fromkeys(ticks, True), **dict(zip(places, words, strict=False))}
    return {key: value for key, value in values.items() if key in keys}


def _designee(given: Designee | Literal["no"] | None) -> dict[str, FieldValue]:
    """Whom the IRS may speak with, or that there is nobody; nothing where the case does not say."""
    if given is None:
        return {}
    if given == "no":
        return {"designee.no": True}
    pin = given.pin.get_secret_value() if isinstance(given.pin, SecretStr) else ""
    return {"designee.yes": True, "designee_name": given.name, "designee_phone": given.phone, "designee_pin": pin}


def alimony_details(result: YearReturn) -> dict[str, FieldValue]:
    """What Schedule 1 asks beside alimony that is paid or received, on the year's own lines."""
    given, figures = result.case.alimony, result.case.return_
    paid, received = (figures.alimony_paid, figures.alimony_received) if figures else (0, 0)
    lines = result.rules.place("alimony_recipient").line, result.rules.place("alimony_paid_agreement").line
    number, day = given.recipient_ssn, given.paid_agreement
    values: dict[str, FieldValue] = {}
    if paid and number is not None:
        values[lines[0]] = number.get_secret_value()
    if paid and day is not None:
        values[lines[1]] = f"{day:%m/%d/%Y}"
    if received and given.received_agreement is not None:
        values[result.rules.place("alimony_received_agreement").line] = f"{given.received_agreement:%m/%d/%Y}"
    return values


def header_of_business(result: YearReturn) -> dict[str, FieldValue]:
    """Name and number of the one who has the business, as Schedules C and SE ask them."""
    case = result.case
    of_spouse = case.spouse if case.return_ and case.return_.business_of_spouse else None
    person = of_spouse or case.taxpayer
    return {"name": f"{person.first_name} {person.last_name}", "ssn": person.ssn.get_secret_value()}


def own_business_qualified(result: YearReturn) -> dict[str, FieldValue]:
    """The row of Form 8995 that names the taxpayer's own business, where it counts."""
    case = result.case
    if case.return_ is None or not case.return_.business_qualifies:
        return {}
    heading = header_of_business(result)
    named = case.schedule_c.name or case.schedule_c.activity or str(heading["name"])
    number = case.schedule_c.ein and f"{case.schedule_c.ein[:2]}-{case.schedule_c.ein[2:]}"
    ssn = str(heading["ssn"])
    amount = result.lines.value("qbi_given", "business")
    found: dict[str, FieldValue] = {"name": named, "number": number or f"{ssn[:3]}-{ssn[3:5]}-{ssn[5:]}"}
    return {f"business.1.{key}": value for key, value in {**found, "amount": amount or 0}.items()}


def schedule_a_details(result: YearReturn, pack: Pack) -> dict[str, FieldValue]:
    """The boxes of lines 5a, 8 and 18, and the types of other taxes and deductions, under the keys of Schedule A."""
    given = result.case.return_
    if given is None:
        return {}
    losses = min(given.gambling_losses, given.gambling_winnings)
    other = {**given.other_itemized_deductions, **({"Gambling losses": losses} if losses else {})}
    ticks = {
        "sales_taxes": given.state_sales_taxes > 0,
        "mortgage_used_otherwise": given.mortgage_used_otherwise,
        "elected": result.lines.value("itemizing", "elected") is True,
    }
    whole = result.case.elections.rounding == "dollars"
    lists = {"other_taxes": given.other_deductible_taxes, "other": other}
    types = {
        key: words for prefix, amounts in lists.items() for key, words in _types(pack, prefix, amounts, whole).items()
    }
    return {**{key: True for key, ticked in ticks.items() if ticked}, **types}


def _types(pack: Pack, prefix: str, amounts: Mapping[str, int], whole: bool) -> dict[str, FieldValue]:
    """Each type with its amount on the places for them, as many on each as it holds; the last takes what is left. In
    whole dollars the amounts add up to the line."""
    places = sorted(key for page in pack.pages for key in page.fields if key.startswith(f"{prefix}."))
    values: dict[str, str] = {}
    printed = footed_dollars(list(amounts.values())) if whole else amounts.values()
    texts = [dollars_text(cents).removesuffix(".00" if whole else "") for cents in printed]
    waiting = [f"{what} {text}" for what, text in zip(amounts, texts, strict=True)]
    for place in places:
        while waiting:
            text = f"{values[place]}; {waiting[0]}" if place in values else waiting[0]
            if place != places[-1] and not fits(pack, place, text):
                break
            values[place] = text
            waiting.pop(0)
    return dict(values)


def schedule_b_details(result: YearReturn) -> dict[str, FieldValue]:
    """Payers with their amounts, and the answers of Part III, under the keys of Schedule B."""
    given = result.case.schedule_b
    values: dict[str, FieldValue] = {}
    for kind, payers in (("interest", given.interest), ("dividends", given.dividends)):
        for number, (payer, amount) in enumerate(payers.items(), 1):
            values |= {f"{kind}.{number}.payer": payer, f"{kind}.{number}.amount": amount}
    answers = {"foreign_account": given.foreign_account, "foreign_trust": given.foreign_trust}
    answers |= {"foreign_account_report": given.foreign_account_report} if given.foreign_account else {}
    values |= {f"{name}.{'yes' if said else 'no'}": True for name, said in answers.items() if said is not None}
    return values | ({"countries": given.countries} if given.foreign_account and given.countries else {})


def schedule_c_details(result: YearReturn) -> dict[str, FieldValue]:
    """What Schedule C asks beside amounts, and the kinds of other expenses; only what the case says."""
    asked, given = result.case.schedule_c, result.case.return_
    values: dict[str, FieldValue] = {
        "business": asked.activity,
        "code": asked.code or "",
        "business_name": asked.name,
        "ein": asked.ein,
        "street": asked.street,
        "city": asked.city,
        f"method.{asked.accounting}": asked.accounting is not None,
        "started": asked.started,
        "at_risk.all": bool(asked.all_at_risk) and (result.lines.value("business", "profit") or 0) < 0,
    }
    answers = {"participated": asked.participated, "payments_for_1099": asked.pays_1099}
    answers |= {"filed_1099": asked.files_1099} if asked.pays_1099 else {}
    values |= {f"{line}.{'yes' if said else 'no'}": True for line, said in answers.items() if said is not None}
    for number, (kind, amount) in enumerate((given.other_business_expenses if given else {}).items(), 1):
        values |= {f"other.{number}.what": kind, f"other.{number}.amount": amount}
    return {key: value for key, value in values.items() if value not in ("", False)}


def _signing(who: str, person: Person) -> dict[str, FieldValue]:
    pin = person.ip_pin
    return {
        f"{who}occupation": person.occupation,
        f"{who}ip_pin": pin.get_secret_value() if isinstance(pin, SecretStr) else "",
    }


def dependent_values(number: int, person: Dependent) -> dict[str, FieldValue]:
    """One dependent in the row `number`, under the keys of every year's form; what is not said is left out."""
    row = f"dependent.{number}"
    values: dict[str, FieldValue] = {
        f"{row}.name": f"{person.first_name} {person.last_name}",
        f"{row}.first_name": person.first_name,
        f"{row}.last_name": person.last_name,
        f"{row}.ssn": person.ssn.get_secret_value(),
        f"{row}.relationship": person.relationship,
        f"{row}.lived_with_you": person.lived_with_you,
        f"{row}.lived_in_us": person.lived_in_us,
        f"{row}.full_time_student": person.full_time_student,
        f"{row}.disabled": person.disabled,
    }
    if person.credit != "none":
        values[f"{row}.{person.credit}"] = True
    return {key: value for key, value in values.items() if value not in ("", False)}


def further_dependents(result: YearReturn) -> tuple[Continuation, ...]:
    """The statement with the dependents that the form has no row for; none where all of them fit."""
    more = result.case.dependents[ROWS_FOR_DEPENDENTS:]
    if not more:
        return ()
    lines = [_sentence(person.credit, person) for person in more]
    heading = f"Form 1040 ({result.year}): further dependents"
    ssn = result.case.taxpayer.ssn.get_secret_value()
    return (Continuation("f1040", result.year, heading, result.case.name_on_forms, ssn, "\n".join(lines)),)


_CREDITS: Mapping[str, str] = {
    "child_tax_credit": "child tax credit",
    "other_dependent_credit": "credit for other dependents",
    "none": "no credit",
}


def _sentence(credit: str, person: Dependent) -> str:
    number = person.ssn.get_secret_value()
    said = [
        f"{person.first_name} {person.last_name}",
        f"{number[:3]}-{number[3:5]}-{number[5:]}",
        person.relationship,
        _CREDITS[credit],
        "lived with you more than half of the year" if person.lived_with_you else "",
        "and in the United States" if person.lived_with_you and person.lived_in_us else "",
        "full-time student" if person.full_time_student else "",
        "permanently and totally disabled" if person.disabled else "",
    ]
    return ", ".join(part for part in said if part) + "."
