"""The filed return against the corrected one: why each line moved, Form 1040-X, and every year it touches.

    filed/ ─ intake, filed ─▶ Original ─▶ comparing ─▶ lines that move, causes ─▶ papers ─▶ Form 1040-X, letter
                              corrected    days: until when
`filing` locks what was filed. Start with `job`, which runs all of it for a case folder.
"""
