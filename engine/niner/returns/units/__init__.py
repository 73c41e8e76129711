"""Which units leave in a row: what was identified, ordered or allocated, as far as the rules let it count.

Records, elections and rules come in; the method and the picks of each row go out, with findings on what does not
count. `timing` dates a record, `choosing` decides by row, `unused_basis` on allocations of 2025, `told` and
`uncounted` say what was left aside. Start with `choosing`.
"""
