"""Format files: the YAML of an exchange's layout in, the layout that a header calls for and its rules for rows out.

`language` says what a format file may hold, `compile` checks one, `catalogue` holds all, `recognise` picks one by its
columns; `shapes` mends rows before they are read. Start with `language`.
"""
