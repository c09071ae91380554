"""How a model version came to be and what became of it, from records only: which data, code, images, people, metrics.

What no record tells is None, which the views call "not recorded". Nothing is guessed.
"""

from trainyard.lineage.facts import Lineage, lineage
from trainyard.lineage.gather import gather
from trainyard.lineage.sources import Sources
from trainyard.lineage.view import show_lineage

__all__ = ["Lineage", "Sources", "gather", "lineage", "show_lineage"]
