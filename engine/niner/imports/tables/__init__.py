"""Files to rows of cells: csv, xlsx and zip in; rows, headers and cells read as numbers, days and units out.

It knows no exchange. Start with `sheet`.
"""
