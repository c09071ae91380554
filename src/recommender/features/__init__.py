"""Features: one definition, computed at any cutoff, for training windows, the holdout and serving alike."""
