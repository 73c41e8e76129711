"""What is decided before a sale: orders of lots compared, plans, identifications."""
