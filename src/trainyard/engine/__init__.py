"""The Pulumi engine: found on PATH, downloaded, or built from Go modules; never re-implemented."""

from trainyard.engine.locate import Engine, locate
from trainyard.engine.obtain import obtain

__all__ = ["Engine", "locate", "obtain"]
