"""Lets the command run as `python -m localcloud`, as the daemon does."""

from localcloud.cli import main

main()
