"""A return as it was filed: locked entries of filed/ in; its lines, rows and what contradicts itself out.

Start with `original`.
"""
