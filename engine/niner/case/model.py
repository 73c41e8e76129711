"""The shape of case.yaml. Every scalar arrives as text; money becomes whole cents."""

import re
from datetime import date
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import Field, WithJsonSchema, model_validator

from niner.case.fields import (
    POSITIVE_SCHEMA,
    Block,
    FilingStatus,
    First,
    Money,
    PositiveMoney,
    Text,
    Words,
    Year,
    YesNo,
    day,
    home_zone,
    money,
    not_negative,
    zone,
)
from niner.case.figures.business import Business, ScheduleC
from niner.case.figures.disclosures import Disclosures
from niner.case.figures.further import FurtherAdjustments, FurtherCredits, FurtherIncome, FurtherTaxes, Wages
from niner.case.figures.household import Household
from niner.case.figures.itemized import Itemized
from niner.case.figures.payers import ScheduleB
from niner.case.people import Alimony, Bank, Boxes, Dependent, DesigneeOrNo, Person, Preparer, Taxpayer

LotMethod = Literal["fifo", "lifo", "hifo", "lofo", "specific"]
Pool = Literal["wallet", "universal"]


def _deduction(value: Any) -> Any:
    return value if value == "standard" else not_negative(money(value))


class YearElections(Block):
    """What was chosen for one earlier year, where it differs from the case's own choice."""

    lot_method: LotMethod | None = None
    pool: Pool | None = None


class WalletMethod(Block):
    """The lot method of one wallet, from a day on or all along. The case says so; decisions.yaml has dated orders."""

    lot_method: LotMethod
    since: Annotated[date, First(day)] | None = None


class Elections(Block):
    lot_method: LotMethod | None = None
    pool: Pool | None = None
    rounding: Literal["cents", "dollars"] = "cents"
    timezone: Annotated[str, First(home_zone)] | None = None
    direct_totals: YesNo = False
    various: YesNo = False
    price: Literal["close", "midpoint"] = "close"
    by_year: dict[Year, YearElections] = Field(default_factory=dict)
    by_wallet: dict[str, WalletMethod] = Field(default_factory=dict)

    def of_wallet(self, wallet: str, on: date) -> LotMethod | None:
        """The lot method chosen for a wallet on a day; None where nothing was chosen for it."""
        own = next((own for name, own in self.by_wallet.items() if name.casefold() == wallet.casefold()), None)
        return own.lot_method if own and (own.since is None or own.since <= on) else None

    def chosen(self, year: int) -> tuple[LotMethod | None, Pool | None]:
        """(lot method, pool) chosen for `year`; None where nothing was chosen. An earlier year may differ."""
        own = self.by_year.get(year)
        method = own.lot_method if own and own.lot_method else self.lot_method
        pool = own.pool if own and own.pool else self.pool
        return method, pool


class CarryoverIn(Block):
    short_term: PositiveMoney = 0
    long_term: PositiveMoney = 0


# One class for all of them: pydantic would copy each field once more for a class between.
class ReturnFigures(
    Household, Itemized, Business, Wages, FurtherIncome, FurtherAdjustments, FurtherTaxes, FurtherCredits
):
    """The rest of the return, from papers that are not crypto. Cents."""

    wages: PositiveMoney = 0
    taxable_interest: PositiveMoney = 0
    ordinary_dividends: PositiveMoney = 0
    qualified_dividends: PositiveMoney = 0
    pensions_and_benefits: PositiveMoney = 0
    other_income: Money = 0
    self_employment_income: Money = 0
    business_of_spouse: YesNo = False
    spouse_wages: PositiveMoney | None = None
    annuity_income: PositiveMoney | None = None
    rental_and_passive_income: Money | None = None
    active_business_adjustment: Money | None = None
    gain_outside_niit: Money = 0
    partnership_sale_adjustment: Money = 0
    foreign_fund_adjustment: Money = 0
    other_investment_income: Money = 0
    investment_interest: PositiveMoney | None = None
    investment_state_tax: PositiveMoney | None = None
    investment_expenses: PositiveMoney = 0
    other_investment_deductions: Money = 0
    adjustments: PositiveMoney = 0
    aged: YesNo | None = None
    blind: YesNo | None = None
    spouse_aged: YesNo | None = None
    spouse_blind: YesNo | None = None
    claimed_as_dependent: YesNo = False
    spouse_claimed_as_dependent: YesNo = False
    dual_status: YesNo = False
    spouse_itemizes: YesNo = False
    deduction: Annotated[
        int | Literal["standard"],
        First(_deduction),
        WithJsonSchema({"anyOf": [{"const": "standard"}, POSITIVE_SCHEMA]}),
    ] = "standard"
    itemized: YesNo | None = None
    taxes_deducted: PositiveMoney | None = None
    qbi_deduction: PositiveMoney | None = None
    schedule_1a_deduction: PositiveMoney | None = None
    senior_deduction: PositiveMoney | None = None
    nonrefundable_credits: PositiveMoney = 0
    other_taxes: PositiveMoney = 0
    withholding: PositiveMoney = 0
    withholding_1099: PositiveMoney = 0
    estimated_payments: PositiveMoney = 0
    refundable_credits: PositiveMoney = 0
    earned_income_credit: PositiveMoney | None = None
    excess_social_security: PositiveMoney | None = None
    paid_with_extension: PositiveMoney = 0
    schedule_2_part_1: PositiveMoney | None = None
    premium_credit_repaid: PositiveMoney | None = None
    applied_to_next_year: PositiveMoney = 0
    prior_year_tax: PositiveMoney | None = None
    prior_year_agi: Money | None = None
    estimated_tax_penalty: PositiveMoney = 0
    medicare_wages: PositiveMoney | None = None
    medicare_withheld: PositiveMoney | None = None
    tax_exempt_interest: PositiveMoney = 0
    ira_distributions: PositiveMoney = 0
    ira_taxable: PositiveMoney = 0
    pensions: PositiveMoney = 0
    pensions_taxable: PositiveMoney = 0
    social_security: PositiveMoney = 0
    social_security_taxable: PositiveMoney | None = None
    lived_apart: YesNo = False
    state_tax_refund: PositiveMoney = 0
    alimony_received: PositiveMoney = 0
    rental_income: Money = 0
    unemployment: PositiveMoney = 0
    gambling_winnings: PositiveMoney = 0
    educator_expenses: PositiveMoney = 0
    hsa_deduction: PositiveMoney = 0
    retirement_plan_contributions: PositiveMoney = 0
    self_employed_health_insurance: PositiveMoney = 0
    early_withdrawal_penalty: PositiveMoney = 0
    alimony_paid: PositiveMoney = 0
    ira_deduction: PositiveMoney | None = None
    student_loan_interest: PositiveMoney | None = None
    child_tax_credit: PositiveMoney | None = None
    foreign_tax_credit: PositiveMoney = 0
    child_care_credit: PositiveMoney = 0
    education_credit: PositiveMoney = 0
    savers_credit: PositiveMoney | None = None
    residential_energy_credit: PositiveMoney = 0
    home_improvement_credit: PositiveMoney = 0
    additional_child_tax_credit: PositiveMoney | None = None
    american_opportunity_credit: PositiveMoney = 0
    recovery_rebate: PositiveMoney | None = None
    net_premium_tax_credit: PositiveMoney | None = None
    unreported_social_security_tax: PositiveMoney = 0
    retirement_plan_tax: PositiveMoney = 0
    household_employment_tax: PositiveMoney = 0

    @model_validator(mode="after")
    def _qualified_are_part_of_ordinary(self) -> "ReturnFigures":
        if self.qualified_dividends > self.ordinary_dividends:
            raise ValueError("qualified_dividends are part of ordinary_dividends and can't be more")
        return self

    @model_validator(mode="after")
    def _parts_have_their_whole(self) -> "ReturnFigures":
        if self.taxes_deducted is not None:
            if self.deduction == "standard" or self.itemized is False:
                raise ValueError("taxes_deducted are part of itemized deductions: give those as “deduction”")
            if self.taxes_deducted > self.deduction:
                raise ValueError("taxes_deducted are part of “deduction” and can't be more")
        if self.itemized and self.deduction == "standard" and not (self.by_parts or self.cash_gifts):
            raise ValueError("itemized deductions are given by their parts, or as a figure under “deduction”")
        if (self.spouse_wages or 0) > self.wages:
            raise ValueError("spouse_wages are part of “wages” and can't be more")
        if (self.senior_deduction or 0) > (self.schedule_1a_deduction or 0):
            raise ValueError("senior_deduction is part of schedule_1a_deduction and can't be more")
        if (self.foreign_housing_exclusion or 0) > self.foreign_earned_income_exclusion:
            raise ValueError("foreign_housing_exclusion is part of foreign_earned_income_exclusion and can't be more")
        if self.deductions_of_excluded_income and not (
            self.foreign_earned_income_exclusion or self.foreign_housing_deduction
        ):
            raise ValueError("deductions_of_excluded_income need foreign_earned_income_exclusion: give it too")
        if self.schedule_2_part_1 is not None and self.premium_credit_repaid:
            raise ValueError("schedule_2_part_1 holds premium_credit_repaid already: give one of them")
        if self.schedule_2_part_1 is not None and self.gives_form_1095_a:
            raise ValueError("schedule_2_part_1 holds what is repaid by Form 1095-A: give one of them")
        return self


class SaleTotals(Block):
    """Columns (d) and (e) of a line of Schedule D for sales that are not in the ledger. Cents."""

    proceeds: Money
    basis: PositiveMoney


class AdjustedTotals(SaleTotals):
    """Columns (d), (e) and (g)."""

    adjustment: Money = 0


def _columns(value: Any) -> Any:
    if isinstance(value, dict | SaleTotals):
        return value
    raise ValueError("needs both columns, as {proceeds: 5000, basis: 3000}")


Totals = Annotated[SaleTotals | None, First(_columns)]
WithAdjustment = Annotated[AdjustedTotals | None, First(_columns)]


class ScheduleDFigures(Block):
    """Schedule D amounts that do not come from the ledger, by their printed line. Cents."""

    line_1a: Totals = None
    line_1b: WithAdjustment = None
    line_2: WithAdjustment = None
    line_3: WithAdjustment = None
    line_8a: Totals = None
    line_8b: WithAdjustment = None
    line_9: WithAdjustment = None
    line_10: WithAdjustment = None
    line_4: Money = 0
    line_5: Money = 0
    line_11: Money = 0
    line_12: Money = 0
    line_13: PositiveMoney = 0
    line_18: PositiveMoney = 0
    line_19: PositiveMoney = 0
    rate_gain_28_line_2: PositiveMoney = 0
    rate_gain_28_line_3: Money = 0
    rate_gain_28_line_4: PositiveMoney = 0
    form_4952: YesNo = False
    form_4952_line_4e: PositiveMoney = 0
    form_4952_line_4g: PositiveMoney = 0
    qof_disposition: YesNo = False
    distributions_alone: YesNo = False

    @model_validator(mode="after")
    def _lines_of_a_form_that_is_filed(self) -> "ScheduleDFigures":
        if (self.form_4952_line_4e or self.form_4952_line_4g) and not self.form_4952:
            raise ValueError("lines of Form 4952 are given: say form_4952: yes as well, or take them out")
        return self

    @property
    def figures(self) -> dict[str, int | bool]:
        """Every amount and answer by one name, a column's as line_1b_proceeds; totals not given are 0."""
        found: dict[str, int | bool] = {}
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            block = next((b for b in (AdjustedTotals, SaleTotals) if b in _blocks(field.annotation)), None)
            if block is None:
                found[name] = value
            else:
                found |= {f"{name}_{column}": getattr(value, column, 0) for column in block.model_fields}
        return found

    @property
    def elsewhere(self) -> dict[str, SaleTotals]:
        """The totals given, by line."""
        given = {name: getattr(self, name) for name in type(self).model_fields}
        return {name.removeprefix("line_"): value for name, value in given.items() if isinstance(value, SaleTotals)}


def _blocks(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) or (annotation,)


class Asset(Block):
    """What an asset of the ledger is. `same_as` names the asset that it is another name of."""

    class_: Literal["digital_asset", "stablecoin", "nft", "security"] = Field(default="digital_asset", alias="class")
    same_as: str = ""
    collectible: YesNo | None = None


_NFT = Asset.model_construct(class_="nft")
_DIGITAL_ASSET = Asset.model_construct(class_="digital_asset")


class Wallet(Block):
    """What a wallet or account of the ledger is. `foreign`: kept by an institution outside the United States;
    `custody`: whether a broker keeps the units or oneself; `only_method`: the one order in which that broker sells;
    `insolvent_since`: the day on which who kept it went into bankruptcy, so that what it owes is a claim; `broker`: who
    reports its sales, where that is called otherwise."""

    foreign: YesNo = False
    broker: Words = ""
    custody: Literal["broker", "own"] | None = None
    only_method: Literal["fifo", "lifo", "hifo", "lofo"] | None = None
    insolvent_since: Annotated[date, First(day)] | None = None


class SourceFile(Block):
    """What a download does not say of itself: its wallet, format and time zone, and one's own address on the chain."""

    wallet: Words = ""
    format: Words = ""
    timezone: Annotated[str, First(zone)] | None = None
    address: Words = ""


# One numbered item of a collection, which is what exports call an NFT by.
_NUMBERED = re.compile(r"#\s*\d+$")


def _symbols(value: Any) -> Any:
    """Assets by their name in capitals, as the ledger has them."""
    if not isinstance(value, dict):
        return value
    return {str(name).strip().upper(): asset for name, asset in value.items()}


IncomeKind = Literal["staking", "mining", "airdrop", "fork", "interest", "reward", "wages", "payment"]


GivenCarryover = Annotated[CarryoverIn | None, First(lambda value: None if value == {} else value)]
"""The losses carried in as the case gives them; None where it does not say. A zero that is written is given."""


class Residence(Block):
    """Where the taxpayer lived: the state by its name or two letters, and the county, for the state's return and for
    deadlines that a disaster postponed there."""

    state: Words = ""
    county: Words = ""


class YearFigures(Block):
    """Another year of the same taxpayer, for a chain of years: what of case.yaml differs in it."""

    filing_status: FilingStatus | None = None
    carryover_in: GivenCarryover = None
    return_: ReturnFigures | None = Field(default=None, alias="return")
    schedule_d: ScheduleDFigures = ScheduleDFigures.model_construct()
    residence: Residence | None = None
    dependents: tuple[Dependent, ...] | None = None
    disclosures: Disclosures = ()


IrsContact = Literal["none", "cp2000", "examination"]


class SpouseFiled(Block):
    """What a spouse's own separate return settled, where a joint return takes its place."""

    overpaid: PositiveMoney = 0
    """Its line of what was overpaid, with what came back since."""
    paid: PositiveMoney = 0
    """Tax paid with it and since, without penalties and interest."""


class AmendmentFacts(Block):
    """What only the taxpayer can say of a return that is amended."""

    identification_records: YesNo = False
    """Records made by the time of each sale say which units were sold."""
    marriage_annulled: YesNo = False
    """The marriage of a joint return was annulled, so that separate returns take its place."""
    protective_claim: Text = ""
    """What a claim that only keeps the right to a refund waits for, as the bankruptcy of an exchange."""
    refunded_on: dict[Year, Annotated[date, First(day)]] = Field(default_factory=dict)
    """The day on which the refund of the filed return of a tax year came."""
    irs_contact: dict[Year, IrsContact] = Field(default_factory=dict)
    """With what the IRS has written about a tax year; a year that is not named is not said."""
    spouse_filed: dict[Year, Literal["none"] | SpouseFiled] = Field(default_factory=dict)
    """By year, what the spouse's own return settled where separate returns become a joint one."""
    injured_spouse: YesNo = False
    """A joint refund could be kept for debts of one spouse alone, and the other wants a share (Form 8379)."""
    innocent_spouse: YesNo = False
    """One spouse did not know of what the other left out of a joint return (Form 8857)."""
    deceased: Literal["taxpayer", "spouse"] | None = None
    claimed_by: Literal["surviving_spouse", "personal_representative", "other"] | None = None
    """Who claims the refund where somebody has died."""
    representative: YesNo = False
    """Somebody else signs the amended return or speaks for the taxpayer (Form 2848)."""
    penalties_paid: YesNo = False
    """Penalties or interest were paid that are asked back (Form 843)."""
    disclose: YesNo = False
    """A position of the amended return is to be disclosed (Form 8275)."""


_OWN = {
    "carryover_in": "carryover_in",
    "return_": "return",
    "schedule_d": "schedule_d",
    "residence": "residence",
    "dependents": "dependents",
    "disclosures": "disclosures",
}


class Case(Block):
    """case.yaml, read and checked. `business` names the income kinds that belong to a trade or business."""

    tax_year: Year
    taxpayer: Taxpayer
    spouse: Person | None = None
    dependents: tuple[Dependent, ...] = ()
    bank: Bank | None = None
    preparer: Preparer | None = None
    designee: DesigneeOrNo | None = None
    alimony: Alimony = Alimony.model_construct()
    form_1040: Boxes = Boxes.model_construct()
    elections: Elections = Elections.model_construct()
    carryover_in: GivenCarryover = None
    return_: ReturnFigures | None = Field(default=None, alias="return")
    schedule_d: ScheduleDFigures = ScheduleDFigures.model_construct()
    assets: Annotated[dict[str, Asset], First(_symbols)] = Field(default_factory=dict)
    wallets: dict[str, Wallet] = Field(default_factory=dict)
    sources: dict[str, SourceFile] = Field(default_factory=dict)
    business: tuple[IncomeKind, ...] = ()
    schedule_b: ScheduleB = ScheduleB.model_construct()
    schedule_c: ScheduleC = ScheduleC.model_construct()
    disclosures: Disclosures = ()
    amendment: AmendmentFacts = AmendmentFacts.model_construct()
    residence: Residence = Residence.model_construct()
    years: dict[Year, YearFigures] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _own_year_among_the_years(self) -> "Case":
        """A block under `years` for the tax year itself says what stands at the top of the file, and nothing else."""
        own = self.years.get(self.tax_year)
        if own is None:
            return self
        for name, key in _OWN.items():
            if name not in own.model_fields_set or getattr(own, name) is None:
                continue
            if name in self.model_fields_set and getattr(self, name) not in (None, getattr(own, name)):
                raise ValueError(
                    f"“{key}” stands twice and differs: at the top of the file and under “years: {self.tax_year}:”, "
                    "which is the tax year itself. Keep one of them."
                )
        if own.filing_status and own.filing_status != self.taxpayer.filing_status:
            raise ValueError(
                f"“filing_status” is {self.taxpayer.filing_status} under “taxpayer” and {own.filing_status} under "
                f"“years: {self.tax_year}:”, which is the tax year itself. Keep one of them."
            )
        given = {name: getattr(own, name) for name in _OWN if name in own.model_fields_set}
        others = {year: block for year, block in self.years.items() if year != self.tax_year}
        return self.model_copy(update={**{n: v for n, v in given.items() if v is not None}, "years": others})

    @model_validator(mode="after")
    def _joint_returns_name_both(self) -> "Case":
        if self.taxpayer.filing_status == "married_joint" and self.spouse is None:
            raise ValueError("A joint return needs the spouse’s name and SSN under “spouse”.")
        if self.spouse is None and any(own.filing_status == "married_joint" for own in self.years.values()):
            raise ValueError("A joint return among “years” needs the spouse’s name and SSN under “spouse”.")
        return self

    @model_validator(mode="after")
    def _names_lead_to_an_asset(self) -> "Case":
        for name, asset in self.assets.items():
            target = asset.same_as.upper()
            if target == name or (target in self.assets and self.assets[target].same_as):
                raise ValueError(f"assets: {name} is the same as {target}, which must be a name of its own.")
            if target and asset.model_fields_set - {"same_as"}:
                raise ValueError(f"assets: what {name} is stands under {target}, the name it is the same as.")
        return self

    @property
    def same_as(self) -> dict[str, str]:
        """Other names of assets: the name in an export to the one that counts."""
        return {name: asset.same_as.upper() for name, asset in self.assets.items() if asset.same_as}

    @property
    def zone(self) -> ZoneInfo | None:
        """Where the taxpayer lives by the clock; None where the case does not say."""
        return ZoneInfo(self.elections.timezone) if self.elections.timezone else None

    def asset(self, name: str) -> Asset:
        """What an asset is. Where the case does not say: a digital asset, and an NFT by a name such as APE#12."""
        return self.assets.get(name) or (_NFT if _NUMBERED.search(name) else _DIGITAL_ASSET)

    def seen_from(self, year: int) -> "Case":
        """The case with another year's figures: those under `years`, and otherwise none."""
        if year == self.tax_year:
            return self
        own = self.years.get(year) or YearFigures.model_construct()
        taxpayer = self.taxpayer
        if own.filing_status:
            taxpayer = taxpayer.model_copy(update={"filing_status": own.filing_status})
        return self.model_copy(
            update={
                "tax_year": year,
                "taxpayer": taxpayer,
                "carryover_in": own.carryover_in,
                "return_": own.return_,
                "schedule_d": own.schedule_d,
                "residence": own.residence or self.residence,
                "dependents": self.dependents if own.dependents is None else own.dependents,
                "disclosures": own.disclosures,
            }
        )

    @property
    def carried_in(self) -> CarryoverIn:
        """The losses carried into the year; none where the case does not say."""
        return self.carryover_in or CarryoverIn.model_construct()

    @property
    def letter_head(self) -> list[str]:
        """The names and the address of a letter, a line each; what the case does not give is left out."""
        where = self.taxpayer.address
        street = f"{where.street} {where.apartment}".strip()
        city = f"{where.city}, {where.state} {where.zip}".strip(" ,")
        return [part for part in (self.name_on_forms, street, city) if part]

    @property
    def name_on_forms(self) -> str:
        """The name line as Form 1040's attachments show it; both names on a joint return."""
        own = f"{self.taxpayer.first_name} {self.taxpayer.last_name}"
        if self.taxpayer.filing_status == "married_joint" and self.spouse:
            return f"{own} & {self.spouse.first_name} {self.spouse.last_name}"
        return own
