"""Official blanks: a pack in, the bytes of its blank out, from a folder, the cache or irs.gov, or a draft in its place.

Every blank is proved by its hash before use. Start with `finding`.
"""
