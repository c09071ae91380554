"""Ingest: files or a retailer's database in, one snapshot with one identity out."""

from recommender.ingest.snapshot import data_hash, describe
from recommender.ingest.step import ingest

__all__ = ["data_hash", "describe", "ingest"]
