"""The settings of retrieval and features. They travel in the archive: a model is always fed what it learned from."""

from dataclasses import asdict, dataclass
from typing import Any

from recommender.errors import BadArchive
from recommender.features.definition import SCHEMA
from recommender.features.likeness import Likeness


@dataclass(frozen=True, kw_only=True)
class FeatureSettings:
    """How candidates are found and how fast the past fades."""

    candidates: int = 60
    """Products considered per customer. Twice as many hold a third more of what is bought, but MAP@10 does not rise."""

    discovery_candidates: int = 100
    """Products considered per customer among those that the customer never bought."""

    similar_half_life_days: float = 90
    """Fading of purchases when products are compared: what is bought together changes with the season."""

    profile_half_life_days: float = 240
    """Fading of a customer's own purchases: habits last longer than seasons."""

    neighbours: int = 50
    """Similar products kept per product."""

    shrink: float = 10
    """Pull of rarely bought products' similarities towards zero, in median self-similarities."""

    asymmetry: float = 0.3
    """Share of the normalisation that falls on the recommended product; 0.5 is the cosine."""

    customer_norm: float = 0.5
    """How much less a customer with a wide range says about two products' similarity."""

    own_weight: float = 2
    """Weight of a customer's own past purchases among the candidates."""

    popular_weight: float = 0.05
    """Weight of recent popularity: decides among products that nothing else speaks for."""

    @property
    def likeness(self) -> Likeness:
        """How products are compared."""
        return Likeness(
            neighbours=self.neighbours,
            shrink=self.shrink,
            asymmetry=self.asymmetry,
            customer_norm=self.customer_norm,
        )

    def document(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {"schema": SCHEMA, **asdict(self)}

    @classmethod
    def parse(cls, document: dict[str, Any]) -> "FeatureSettings":
        """Read settings from a features step or a model archive.

        Raises:
            BadArchive: they were written by another version of the feature definition.
        """
        values = dict(document)
        schema = values.pop("schema", None)
        if schema != SCHEMA:
            raise BadArchive(f"the features are of schema {schema}, this image computes schema {SCHEMA}")
        try:
            return cls(**values)
        except TypeError as error:
            raise BadArchive(f"the feature settings cannot be read: {error}") from error
