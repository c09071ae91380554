"""Simulated orders, for who is offline and for tests: the schema, long tail, seasons, returns and dirt of real ones."""
