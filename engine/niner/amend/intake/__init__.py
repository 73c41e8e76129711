"""Filed returns from paper: a PDF or an account transcript in, entries of filed/ to be confirmed out.

Start with `read_filing` and `account_filing`.
"""
