"""What brokers reported of a year, set against its sales, and the residual between the two."""
