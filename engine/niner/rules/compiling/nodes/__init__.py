"""Each kind of rule file: its merged nodes in, checked and parsed values of the language out.

Every problem is gathered with file and line. A module is a kind; `decisions` is the largest. Start with `decisions`.
"""
