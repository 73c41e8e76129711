"""Facts to conclusions: classes of alike facts in, what durable_rules concludes of each out.

`grouping` puts alike facts together, `durable` holds the rule sets, `probe` proves them against the written conditions,
`facts` are many of them in columns, `days` and `saying` help. Start with `grouping`.
"""
