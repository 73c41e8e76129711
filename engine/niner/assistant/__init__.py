"""Questions of a program that speaks the Model Context Protocol, answered from a case without its names.

A program's question comes in; the words of the command that answers it go out, cut to size and with names masked.
`tools` says what may be asked, `masking` takes the people out of an answer, `server` speaks the protocol. Start with
`tools`.
"""
