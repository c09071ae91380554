"""Where a run keeps its files: one prefix a run, the same in the artifacts and in the features bucket."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RunLayout:
    """The addresses of one run."""

    bucket: str
    """The artifacts bucket."""
    service: str
    run: str

    @property
    def prefix(self) -> str:
        """Key prefix of all that this run keeps, without a slash at its end."""
        return f"{self.service}/runs/{self.run}"

    def key(self, *parts: str) -> str:
        """Return the key of a file of this run."""
        return "/".join((self.prefix, *parts))

    def uri(self, *parts: str) -> str:
        """Return the S3 address of a file or folder of this run."""
        return f"s3://{self.bucket}/{self.key(*parts)}"


def definition_key(service: str, sha256: str) -> str:
    """Return the key under which a pipeline definition is kept in the artifacts bucket."""
    return f"{service}/pipelines/{sha256}.json"
