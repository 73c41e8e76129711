"""An amended year to its papers: Form 1040-X, Part II, the comparison page, letter and review sheet.

Start with `form_1040x`.
"""
