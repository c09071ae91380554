"""Benchmarks: what is measured and written down, never asserted."""
