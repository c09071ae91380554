"""The feature store: Feast's views over what the features step computed, and the names that serving reads them by."""
