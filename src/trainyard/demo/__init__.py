"""The worked example, told from an empty cloud to a rolled-back release: `python -m trainyard.demo up|down`."""
