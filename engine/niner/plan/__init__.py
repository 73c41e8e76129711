"""What a taxpayer can still choose, and what it comes to: orders of lots compared, and the record of a choice.

A case comes in; what each choice comes to goes out, or a record of the choice. `methods` works one ledger out by every
order of lots, `identify` writes down which lots will be sold before they are. Start with `methods`.
"""
