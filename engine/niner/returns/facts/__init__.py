"""Facts about a year that its rules and remarks ask for: rows and ledger in, one fact or remark each out.

Start with `hints`.
"""
