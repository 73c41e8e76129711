"""What Niner asks of the rules, by the fact that it asks about, and which answers it can follow.

The rooms that ask take their names from here, so that `niner rules check` sees what they see.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from niner.forms import load_pack
from niner.ledger import INCOME_KINDS
from niner.ledger.kinds import SHAPES, Shape
from niner.lots import ABLE as LOTS_ABLE
from niner.lots import ACQUIRED_BY, BASIS

if TYPE_CHECKING:
    from niner.rules.editor.asked import Asked

TREATMENT = (
    "treatment",
    "basis_from",
    "fee_treatment",
    "fee_is_disposition",
    "fee_units",
    "fee_reported",
    "replacement",
    "gift_tax",
    "unsettled",
)
HALF_OF_A_MOVE = ("half_of_a_move",)
METHOD_OPEN = ("method_open",)
LOTS = ("pool", "lot_method", "identification", "allocation")
IDENTIFIED = ("identified",)
AS_RECORDED = ("as_recorded", "if_extended", "not_complete")
UNUSED_BASIS = ("unused_basis", "allocation_stands")

WASH = ("wash_sale", "same_purchase")
WASH_ABLE: Mapping[str, Collection[str]] = {
    "wash_sale": ("does_not_apply", "disallowed"),
    "same_purchase": ("replaces", "does_not_replace"),
}
ROW_BASIS = ("gift_basis", "holding_from")
ROW_EXCLUSION = ("exclusion",)
ROW_CODES = (
    "code",
    "collectible_code",
    "exclusion_code",
    "expense_code",
    "market_discount_code",
    "nominee_code",
    "nondeductible_code",
    "other_code",
    "related_seller_code",
    "term_code",
    "wash_sale_code",
)
ROW_PLACE = (
    "term",
    "acquired_text",
    "box",
    "schedule_d_line",
    "listing",
    "realization",
    "column_d",
    "column_e",
    "collectible_line",
)
ROWS_ABLE: Mapping[str, Collection[str]] = {
    "gift_basis": ("cost", "donor_basis", "fair_market_value", "neither", "zero"),
    "holding_from": ("acquired", "received"),
    "term": ("short", "long"),
    "acquired_text": ("date", "inherited"),
    "listing": ("form_8949", "totals_only"),
    "column_e": ("own", "of_the_form"),
    "nondeductible_code": ("none", "L"),
    "wash_sale_code": ("none", "W"),
    "exclusion": ("none", "counts"),
    "column_d": ("own", "of_the_form"),
    "expense_code": ("none", "E"),
    "market_discount_code": ("none", "D"),
    "other_code": ("none", "O"),
    "related_seller_code": ("none", "O"),
    "nominee_code": ("none", "N"),
    "reported_form": ("none", "1099-B", "1099-DA"),
    "reported_basis": ("yes", "no"),
}
REPORTED = ("reported_form", "reported_basis")
OPEN_SALE = ("open_reported_sale",)
FORM_DUE = ("form_due",)
_HELD = ("days_past_anniversary", "acquired_on_month_end", "days_past_month_end")
_CODED = ("has_adjustment",)
_GAINED = ("result", "transaction_result", "result_to_date")
_EXCLUDED = ("exclusion_to_date",)
# What is known only once all of a sale, or of a year, is: after lots are matched.
_MATCHED = ("transaction_proceeds", "proceeds_to_date", "loss_rebought", "wash_disallowed", "related_loss")
_SOLD = (
    *("tax_year", "disposed_on", "kind", "form", "basis_reported", "nondeductible"),
    *("asset_class", "digital_asset", "collectible"),
)

INCOME = ("income_line", "investment_income", "may_be_business", "income_property")
INCOME_LINE = ("income_line",)
CARRYOVER = ("carryover_from",)
DIGITAL_QUESTION = "digital_question"
FILLS = {
    "f1040": "fills_form_1040",
    "f1040s1": "fills_schedule_1",
    "f1040s2": "fills_schedule_2",
    "f1040s3": "fills_schedule_3",
    "f1040s1a": "fills_schedule_1a",
    "f1040sa": "fills_schedule_a",
    "f1040sb": "fills_schedule_b",
    "f1040sc": "fills_schedule_c",
    "f1040sd": "fills_schedule_d",
    "f1040sse": "fills_schedule_se",
    "f6251": "fills_form_6251",
    "f8275": "fills_form_8275",
    "f8959": "fills_form_8959",
    "f8960": "fills_form_8960",
    "f8995": "fills_form_8995",
}

CLAIM = ("refund_claim", "filing_way")
ASSESSMENT = ("assessment",)
DIFFERENCE = ("amendment",)
TAX_METHOD = ("tax_method",)

# What takes units out of the lots, what brings them in, and what does both.
_OUT = ("disposition", "fee", "leaves")
_IN = tuple(name for name in ACQUIRED_BY if name != "exchange")
_BOTH = ("exchange", "carries_over")


def followed(kind: str, shape: Shape) -> tuple[str, ...]:
    """The treatments that leave none of the sides out which a row of a kind has, nor take one that it has not."""
    sent, received = (side in ("yes", "may") for side in (shape.sent, shape.received))
    if shape.to_wallet:
        able: tuple[str, ...] = ("transfer", *_OUT)
    elif sent and received:
        able = _BOTH if "may" not in (shape.sent, shape.received) else (*_OUT, *_IN, *_BOTH)
    elif sent:
        able = _OUT
    else:
        able = _IN if received else ()
    return (*(name for name in able if name != "income" or kind in INCOME_KINDS), "nothing", "refused")


@cache
def _always() -> tuple["Asked", ...]:
    """The questions of every year."""
    from niner.rules.editor.asked import Asked  # where rules are checked, not where they are followed

    return (
        Asked(
            "transaction",
            TREATMENT,
            knows=frozenset(
                {
                    *("kind", "tax_year", "fee_paid_in", "fee_in_received_asset", "fee_in_sent_asset", "speaks_of"),
                    "gift_tax_paid",
                }
            ),
            able={name: known for name, known in LOTS_ABLE.items() if name in TREATMENT},
            given=("treatment", ACQUIRED_BY, "basis_from", BASIS),
            by=("kind", "treatment", {kind: followed(kind, shape) for kind, shape in SHAPES.items()}),
        ),
        Asked("transaction", HALF_OF_A_MOVE, knows=frozenset({"kind", "tax_year", "asset_disposed_of"})),
        Asked(
            "return",
            LOTS,
            knows=frozenset(
                {
                    *("tax_year", "filing_status", "pool_elected", "lot_method_elected", "pool_before"),
                    *("wallet_methods_elected", "rows_identified"),
                }
            ),
            able={
                "pool": LOTS_ABLE["pool"],
                # Rows without a pick go by what holds where nothing is elected.
                "lot_method": (*LOTS_ABLE["lot_method"], "specific"),
                "allocation": (*LOTS_ABLE["allocation"], "not_needed"),
            },
        ),
        Asked("identification", IDENTIFIED),
        Asked("unused_basis", UNUSED_BASIS, able={"unused_basis": ("by_history", *AS_RECORDED)}),
        Asked("disposition", WASH, knows=frozenset(_SOLD), able=WASH_ABLE),
        Asked(
            "disposition",
            ROW_BASIS,
            frozenset({*_HELD, *_GAINED, *_CODED, *_MATCHED, *_EXCLUDED, "form_basis"}),
            able=ROWS_ABLE,
        ),
        Asked("disposition", ROW_EXCLUSION, frozenset({*_CODED, *_EXCLUDED})),
        Asked("disposition", ROW_CODES, frozenset(_CODED)),
        Asked("disposition", ROW_PLACE, columns={"schedule_d_line": ("f1040sd", ("d", "e"))}),
        Asked("order_of_lots", METHOD_OPEN),
        Asked("reported_sale", REPORTED, frozenset({"matched"}), able=ROWS_ABLE),
        Asked("reported_sale", OPEN_SALE),
        Asked("unreported_sales", FORM_DUE),
        Asked("income", INCOME),
        Asked("carried_loss", CARRYOVER),
        Asked("return", (DIGITAL_QUESTION, *FILLS.values())),
        Asked("claim", (*CLAIM, *ASSESSMENT)),
        Asked("difference", DIFFERENCE),
        Asked("tax_computation", TAX_METHOD),
    )


def asked_of(year: int, form_dirs: Sequence[Path] = ()) -> tuple["Asked", ...]:
    """Every question, in the order in which a return of the year asks them; the boxes are those of its Form 8949."""
    from niner.rules.editor.asked import Asked

    pack = load_pack("f8949", year, form_dirs)
    keys = [key for page in pack.pages for key in page.fields]
    boxes = dict.fromkeys(key.removeprefix("box.") for key in keys if key.startswith("box."))
    on_form = Asked("disposition", ("box",), able={"box": (*boxes, "refused")})
    return (*_always(), on_form)
