"""A year's return to its workpapers: one page in HTML with charts and pictures of its forms, and one workbook.

The return and what stands behind it come in; a page and a workbook of the same tables go out. `tables` makes them as
values, `page` writes HTML, `workbook` XLSX with the formulas of `live`; `many` keeps long tables beside the page. Start
with `tables`.
"""

from niner.report.papers.page import workpapers
from niner.report.papers.previews import previews

__all__ = ["previews", "workpapers"]
