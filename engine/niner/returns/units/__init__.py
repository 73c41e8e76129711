"""Which units leave in a row: what was identified, ordered or allocated, as far as the rules let it count."""
