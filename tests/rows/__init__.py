"""Rows of a ledger: what each kind is, and that many at a time say the same as one by one."""
