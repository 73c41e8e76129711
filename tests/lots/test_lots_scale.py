"""Quantities as whole numbers of one scale are the quantities that the ledger has."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from niner.exact import quantity
from niner.ledger.columns import Columns
from niner.lots.many.scale import all_units, scale_of

written = st.one_of(
    st.just(""),
    st.decimals(min_value=0, max_value=10**6, places=8, allow_nan=False).map("{:f}".format),
    st.decimals(min_value=0, max_value=10**15, allow_nan=False, allow_infinity=False).map(str),
    st.sampled_from(["12", "0.5", "1E-20", "3E+2", "0.000000000000000001", "5.12345678"]),
)


@given(
    st.lists(st.tuples(written, written, written), max_size=5),
    st.lists(st.sampled_from(["1", "0.1234567891"]), max_size=2),
)
def test_every_quantity_is_a_whole_number_of_the_scale(rows: list[tuple[str, str, str]], also: list[str]) -> None:
    columns = list(zip(*rows, strict=True)) or [()] * 3
    scale = scale_of(Columns(sent=columns[0], received=columns[1], fees=columns[2]), map(Decimal, also))
    for texts in columns:
        found = all_units(texts, scale)
        assert [quantity(units, scale) for units in found] == [Decimal(text or 0) for text in texts]
