"""Finished pages read back, and returns handed in: a PDF in, what stands in its boxes or what differs out.

`readback` proves what was filled; `handed_in` reads a return (`page`, `recognize`, `paper`, `boxes`). Start with
`handed_in`.
"""
