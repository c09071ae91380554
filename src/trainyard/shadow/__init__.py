"""Shadows: a version tried beside the live one on copies of real requests; its answers reach nobody.

Reading order: plan, record, table, prepare, preflight, observe, decide, drive; then measured, answers and comparison
for the report. What serves is never changed: a shadow takes a copy of the live endpoint config and leaves it again.
"""
