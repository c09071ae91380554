"""How good recommendations are, beside what people would use instead."""
