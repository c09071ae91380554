"""The training pipeline's parameters: the names that its definition and its launcher agree on."""

from dataclasses import dataclass

RUN = "Run"
"""Name of the run; everything it writes lies below it."""
ORDERS_URI = "OrdersUri"
CHAMPION_URI = "ChampionUri"
"""S3 prefix, without a slash at its end, that always holds champion.json."""
IMAGE_URI = "ImageUri"
"""The service's image by digest."""
CODE_COMMIT = "CodeCommit"


@dataclass(frozen=True, kw_only=True)
class Dial:
    """A hyperparameter that a run may set."""

    name: str
    """As the training container and `--set` know it."""
    default: str
    meaning: str

    @property
    def parameter(self) -> str:
        """Name of the pipeline parameter; AWS allows letters and digits and no underscores are used elsewhere."""
        return "".join(part.capitalize() for part in self.name.split("_"))


DIALS = (
    Dial(name="rounds", default="200", meaning="boosting rounds of the ranker"),
    Dial(name="max_depth", default="6", meaning="depth of the ranker's trees"),
    Dial(name="learning_rate", default="0.1", meaning="shrinkage of each boosting round"),
    Dial(name="seed", default="0", meaning="of everything random in training"),
)
