"""Tools of those who edit packs: a blank in, the draft of its pack or a sheet that shows its keys out.

Start with `drafting`.
"""
