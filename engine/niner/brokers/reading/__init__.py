"""Files of brokers/ to reported sales: tables by their columns, FDX by its JSON, each row once.

A file's cells come in; reported sales and what was wrong with a cell go out. Start with `columns`.
"""
