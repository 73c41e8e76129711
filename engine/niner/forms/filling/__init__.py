"""Values of a form to finished pages: fills in, one PDF out, editable or flat.

`settle` gives each value its text and size, `fill` writes the pages, `statement`, `continuation` and `attachment` what
goes beside them, `password` proves what may lock them. Start with `settle`.
"""
