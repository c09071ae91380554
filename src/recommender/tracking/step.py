"""`python -m recommender track FOLDER`: send what a step could not, once its tracker answers again."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from recommender.tracking.sending import send_kept


def track(arguments: Sequence[str]) -> None:
    """Send the record that lies in a folder, to the tracker that the environment names."""
    parser = argparse.ArgumentParser(prog="recommender track")
    parser.add_argument("folder", type=Path, help="with the tracking.json that a job left in its output")
    send_kept(parser.parse_args(arguments).folder)
