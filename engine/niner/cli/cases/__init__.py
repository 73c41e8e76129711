"""The commands on a case folder: prepare, check and explain it, lock what was filed, amend it, write its letters.

A folder and options come in; what the rooms below made of it is printed. Start with `prepare`.
"""
