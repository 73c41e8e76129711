"""Long ledgers: what is followed without an object a row, to the same lots and messages as row by row.

Rows in columns come in; dispositions and lots go out, or the word that rows must be followed singly. `kinds` are what
rows have in common, `scale` makes units integers, `apart` shares a ledger out over processes. Start with `plainly`.
"""
