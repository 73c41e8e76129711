"""The commands of an office: many cases at once, the rules, the blanks, schemas, and another program's questions.

Folders of cases, rules or packs come in; states, lists and files go out. Start with `batch`.
"""
