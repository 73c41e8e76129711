"""Events of the whole ledger to transactions: moves matched, rulings applied, Niner's own rows out.

`matching` pairs what left with what arrived, `ruled` and `recorded` apply decisions.yaml, `transactions` writes the
rows. Start with `matching`.
"""
