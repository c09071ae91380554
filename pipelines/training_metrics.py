"""Names of the metrics that the training container prints as `name=value;`."""

TRAINING_METRICS = ("validation_map_at_10", "validation_ndcg_at_10")
