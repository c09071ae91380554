"""Evaluation: challenger, champion and two plain references, judged on the same later month."""
