"""Loads, when it is imported, what every worker needs: a worker forked from a process that did so begins at once."""

import signal
from contextlib import suppress
from importlib import import_module

from niner.resources import room
from niner.rules import load_rules
from niner.rules.compiling.years import years_in
from niner.values import Refused

# Ctrl-C reaches every process of the terminal: the batch itself ends its workers, in order.
signal.signal(signal.SIGINT, signal.SIG_IGN)
for _room in (
    "niner.batch.work",
    "niner.forms.packet",
    "niner.printing.output",
    "niner.report.carry_sheet",
    "niner.report.papers",
):
    import_module(_room)
for _year in years_in(room("rules")):
    with suppress(Refused):
        load_rules(_year)
