"""What of case.yaml is a return's figures: blocks of papers, each a model of its own.

Texts of the file come in, cents, days and answers go out; `case.fields` says what each may hold. Start with `further`.
"""
