"""The decision for people: one page that stands alone, the verdict first, the reasons below it.

Imported only where it is drawn: matplotlib takes a second.
"""

from trainyard.gate.page.rendering import Findings, render

__all__ = ["Findings", "render"]
