"""What the YAML of the rules says: rows of a file in, checked values out.

`nodes` reads a file, `vocabulary` the facts and names rules may use, `conditions`, `formula` and `sentences` the three
things a rule is written in, `values` what they become. Start with `values`.
"""
