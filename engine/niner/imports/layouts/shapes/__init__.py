"""Tables that no words of a format describe, made into tables that they do.

Rows of cells come in; rows of cells, each saying one thing, go out. Start with `reshape`.
"""
