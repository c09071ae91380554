"""The recommender: a model service whose code runs inside the containers."""
