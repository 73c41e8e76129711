"""A case to a copy of it that names nobody: scrambled, held against the case, searched for what it must not hold."""
