"""The training pipeline's parameters: the names that its definition and its launcher agree on."""

from dataclasses import dataclass

RUN = "Run"
"""Name of the run; everything it writes lies below it."""
ORDERS_URI = "OrdersUri"
CHAMPION_URI = "ChampionUri"
"""S3 prefix, without a slash at its end, that always holds champion.json."""
ACCEPTED_URI = "AcceptedUri"
"""S3 prefix that always holds accepted.json, the record of the snapshot that validation accepted last."""
IMAGE_URI = "ImageUri"
"""The image that the jobs run, by digest."""
SERVING_IMAGE_URI = "ServingImageUri"
"""The image that is registered with the model, by digest."""
CODE_COMMIT = "CodeCommit"
STARTED_BY = "StartedBy"
"""Who started the run, as AWS knows them, or what did where nobody was there."""

TRAINING_INSTANCE_TYPE = "TrainingInstanceType"
"""What the run trains on; by default the dial of that name."""
FALLBACK_INSTANCE_TYPES = "FallbackInstanceTypes"
"""What it may train on where AWS has no capacity, separated by commas."""
LACKING_INSTANCE_TYPES = "LackingInstanceTypes"
"""What AWS had no capacity of for this run, separated by commas."""
NO_TYPES = "none"
"""The value of both where there are none: a parameter cannot be empty."""


@dataclass(frozen=True, kw_only=True)
class Dial:
    """A hyperparameter that a run may set."""

    name: str
    """As the training container and `--set` know it."""
    default: str
    meaning: str

    @property
    def parameter(self) -> str:
        """Name of the pipeline parameter that carries it."""
        return "".join(part.capitalize() for part in self.name.split("_"))


DIALS = (
    Dial(name="n_estimators", default="300", meaning="trees of the ranker"),
    Dial(name="max_depth", default="5", meaning="depth of each tree"),
    Dial(name="learning_rate", default="0.02", meaning="what each tree adds"),
    Dial(name="min_child_weight", default="50", meaning="how much evidence a leaf needs"),
    Dial(name="subsample", default="0.5", meaning="share of the rows that each tree sees"),
    Dial(name="colsample", default="0.3", meaning="share of the features that each tree sees"),
    Dial(name="candidates", default="60", meaning="products considered per customer"),
    Dial(name="windows", default="4", meaning="how many of the newest months to learn from"),
    Dial(name="features", default="full", meaning="core (a handful of counts) or full"),
    Dial(name="seed", default="0", meaning="of everything random in training"),
    Dial(name="device", default="auto", meaning="auto, cpu or cuda: where trees are learned"),
)
"""The defaults are the training container's own."""
