"""Tools of those who edit the rules: checking, coverage, tests, mutation, differences, schemas, descriptions.

A year of rules in, findings and texts out; nothing that works a return out needs this room. Start with `checking`.
"""
