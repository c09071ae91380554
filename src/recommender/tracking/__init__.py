"""Tracking: what a run was made with and what came of it, told to MLflow, to Weights & Biases, or to nobody."""

from recommender.tracking.origin import origin
from recommender.tracking.record import Dataset, Record
from recommender.tracking.sending import send

__all__ = ["Dataset", "Record", "origin", "send"]
