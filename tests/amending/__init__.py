"""A filed year that was wrong: the engagements, Form 1040-X and its papers."""
