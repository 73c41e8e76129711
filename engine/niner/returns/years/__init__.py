"""Several years of one ledger: the loss that each leaves goes into the next.

Cases of each year and lots come in; the carried loss of a year goes out, as the rules decide. Start with `chain`.
"""
