"""Text: what comes from outside made safe to show, people's own words kept, and forms and lines by their names.

Text comes in and goes out. `letters` knows the letters of the forms' font, `form_names` the names of forms and lines,
`suggest` the word that was meant, `yaml_text` the scalars of YAML as they are written. Start with `plain`.
"""
