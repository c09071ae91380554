"""What the endpoint answers before any model was released: a fixed list, as a model archive."""
