"""Releases: a reconciler that takes an endpoint from what is live to what is wanted, and tells the truth about it."""
