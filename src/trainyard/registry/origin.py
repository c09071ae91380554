"""Where a promoted version comes from, as its package's metadata keep it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

_PREFIX = "promoted_from_"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """A version of another environment."""

    environment: str
    account: str
    package: str
    """ARN of the model package there."""
    version: str

    @classmethod
    def parse(cls, metadata: Mapping[str, str]) -> "Origin | None":
        """Return the origin that metadata name, None for a version that was trained where it is."""
        values = {name: metadata.get(f"{_PREFIX}{name}", "") for name in cls.__dataclass_fields__}
        return cls(**values) if values["package"] else None

    def metadata(self) -> dict[str, str]:
        """Return the origin as metadata of a package."""
        return {f"{_PREFIX}{name}": value for name, value in asdict(self).items()}
