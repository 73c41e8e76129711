"""The commands that show rows: of downloads, lots, brokers' forms and prices; and what hands them on.

A case folder or a file comes in; rows are printed or exported, nothing of the case is changed. Start with `ledger`.
"""
