"""A case to a copy of it that names nobody: scrambled, held against the case, searched for what it must not hold.

A case folder comes in; a zip that gives the same findings goes out, or the reason why there is none. `words` says what
is private, `scrambler` replaces it, `files` walks the folder, `search` looks for what is left. Start with `bundle`.
"""
