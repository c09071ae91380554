"""Ranking: an XGBoost model scores each customer's candidates."""
