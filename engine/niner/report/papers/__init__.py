"""A year's return to its workpapers: one page in HTML with charts and pictures of its forms, and one workbook."""

from niner.report.papers.page import workpapers
from niner.report.papers.previews import previews

__all__ = ["previews", "workpapers"]
