"""A registered version made once more from its record, and compared with what was registered: `model reproduce`."""

from trainyard.reproduction.begin import Begun, begin
from trainyard.reproduction.comparison import Comparison, Verdict, compare
from trainyard.reproduction.made import Made, read_made
from trainyard.reproduction.origin import Recorded, recorded
from trainyard.reproduction.result import Reproduction, keep, kept

__all__ = [
    "Begun",
    "Comparison",
    "Made",
    "Recorded",
    "Reproduction",
    "Verdict",
    "begin",
    "compare",
    "keep",
    "kept",
    "read_made",
    "recorded",
]
