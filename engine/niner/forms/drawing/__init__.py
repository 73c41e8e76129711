"""Ink on pages: text with its place in, PDF content and tags out. It knows no form.

`typeset` measures and breaks text, `canvas` and `write` make pages, `artwork` and `graft` keep a blank's own, `tags`,
`structure` and `speech` are for screen readers, `draft` draws a stand-in. Start with `typeset`.
"""
