"""Letters and statements of a case: drafted from its figures, edited by whoever signs, and kept."""

from niner.correspondence.job import KINDS, Kind, Written, answer, listed, write

__all__ = ["KINDS", "Kind", "Written", "answer", "listed", "write"]
