"""What is known of a printed form: the YAML of its pack in, its fields by printed line out.

`packfile` reads one, `loading` finds the one that serves a year, `verify` proves it against its blank, whose fields and
labels `widgets` and `labels` read. Start with `values`.
"""
