"""For those who keep the rules: what a change of the law would change, and the draft of a new year.

Case folders and rules come in; differences, or the files of a year, go out. Start with `impact`.
"""
