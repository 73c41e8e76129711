"""What guards a run on a case folder, and what it takes over from other years.

A case folder comes in; the folder alone and mended, a mark beside older outputs, and losses carried on go out.
`leftovers` clears up after runs that were killed, `not_current` marks what is old. Start with `one_run`.
"""
