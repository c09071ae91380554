"""Validation: what must hold of the orders, what is expected dirt, and a report a person can open."""
