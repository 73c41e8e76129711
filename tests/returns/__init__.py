"""A year's return: its lines, its tax and what it carries on, against cases worked elsewhere."""
