"""What people read: the terminal summary and the documents made from templates.

A worked-out return comes in; words go out. `terminal` prints findings and `summary` a year's few figures, `explain`
the tree behind one figure, `story` the life of a lot; `carry_sheet` and `answer_sheet` are written beside the
forms, `papers` makes the workpapers. Start with `terminal`.
"""
