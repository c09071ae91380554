"""The local target: a scratch copy of the stack files, the environment that points at it, and the local cloud's command."""
