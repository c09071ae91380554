"""The local target: scratch stack files, the variables that point at it, and the local cloud's command."""
