"""Rows of one export to events, once: a recognised file in, events and what was left out, with reasons, out.

`read` goes row by row, `assemble` makes events of legs, `once` and `views` drop what came twice, `kept` keeps what is
read twice. Start with `read`.
"""
