"""Serving images of AWS that the local cloud has built in; each file is a container's program of its own."""
