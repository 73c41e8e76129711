"""Amend: the filed return against the corrected one, why each line moved, Form 1040-X, and every year it touches."""
