"""The process that Niner runs in: a copy of it that does a part, what is kept between starts, and one run at a time.

Work or a folder comes in; the work done, or the folder to oneself, goes out. `kept` holds what was worked out from
files that seldom change, `collecting` says when rings of dead objects are looked for. Start with `beside`.
"""
