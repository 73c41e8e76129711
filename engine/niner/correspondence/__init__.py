"""Letters and statements of a case: drafted from its figures, edited by whoever signs, and kept.

A case folder and a kind of letter in, its text out, with the edits of before. Start with `job`; `drafts` keeps them.
"""

from niner.correspondence.job import KINDS, Kind, Written, answer, listed, write

__all__ = ["KINDS", "Kind", "Written", "answer", "listed", "write"]
