"""Simulated orders: for who is offline, and for tests. The schema, the long tail, the seasons, the returns and the dirt of real ones."""
