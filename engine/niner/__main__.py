"""`python -m niner` is the `niner` command."""

from niner.cli import main

main()
