"""The filed return against the corrected one: two returns in, every line that moves and its causes out.

`corrected` works the years out again, `anew` what was filed by today's rules, `comparison` lays them side by side,
`causes` says why, `words` in which words. Start with `comparison`.
"""
