"""A worked-out return to what is printed and written of it: return in; fills of forms, return.json, notes out.

`sheets` fills each form, `heading` the top of Form 1040, `names` shortens what a box cannot hold, `unfilled` says which
form is not filled and why, `output` and `columns` write the machine's copies. Start with `sheets`.
"""
