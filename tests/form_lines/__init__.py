"""Form 1040, its schedules and the forms behind them: every line and box, by what it means."""
