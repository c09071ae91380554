"""Pulumi's name of a resource: which type, beneath which components, called what."""

from dataclasses import dataclass

STACK = "pulumi:pulumi:Stack"


@dataclass(frozen=True)
class Urn:
    """The parts of a URN; see "URNs" in Pulumi's documentation of resource names."""

    text: str

    @property
    def name(self) -> str:
        """Logical name."""
        return self.text.split("::", 3)[-1] if self.text.count("::") >= 3 else self.text

    @property
    def type(self) -> str:
        """Type token, such as `aws:s3/bucket:Bucket`."""
        parts = self.text.split("::", 3)
        return parts[2].rpartition("$")[2] if len(parts) == 4 else ""


def kind(type_token: str) -> str:
    """Return a type as people say it: `s3.Bucket` for `aws:s3/bucket:Bucket`, `ModelEndpoint` for a component."""
    package, _, rest = type_token.partition(":")
    module, _, name = rest.rpartition(":")
    service = module.partition("/")[0]
    if package == "pulumi":
        return type_token.removeprefix("pulumi:")
    return f"{service}.{name}" if package == "aws" and service not in ("", "index") else name or type_token


def provider_urn(reference: str) -> str:
    """Return the URN in a provider's reference, which is `URN::ID`; a default provider gives an empty text."""
    urn = reference.rpartition("::")[0]
    return "" if "::default" in urn else urn
