"""Batch scoring: many customers through a version that may be live, with a record of what every file came from.

customers → gate → plan → attempt → start → follow → answers; `record` and `ledger` keep the lineage.
"""
