"""The `trainyard` command: one Typer app a group, errors as one paragraph, documented exit codes."""

from trainyard.cli.app import main

__all__ = ["main"]
