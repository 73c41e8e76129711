"""An exact reckoning of a ledger that shares no code with Niner: obvious and slow, to set Niner's against."""
