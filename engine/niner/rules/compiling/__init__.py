"""The folders of a year and its overlays to one set of checked rules: files in, what a year decides out.

`chain` finds the files, `merging` lays later years over earlier ones (`merged`), `order` sorts what hangs on what, and
each kind of file has its own module in `nodes`. Start with `everything`.
"""
