"""What a taxpayer can still choose, and what it comes to: orders of lots compared, and the record of a choice."""
