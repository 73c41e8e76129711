"""The rows of Form 8949 as other tax programs read them: written, read back, held against Schedule D.

A year's return comes in; files for other programs go out, each proved before any is handed on. `layouts` knows the
programs, `fit` what they can carry, `write` makes the files, `read` and `proof` read them back. Start with `export`.
"""
