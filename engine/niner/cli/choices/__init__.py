"""The commands for who still decides: orders of lots compared, sales planned, units identified before a sale.

A case folder, prices and a wish come in; tables and records go out, nothing is sold. Start with `compare`.
"""
