"""Tags: every resource carries the default ones of its provider, and some the role they play."""

ROLE = "trainyard:role"
"""What a resource is for (`raw-data`, `endpoint`, …), where its type does not say it."""


def default_tags(environment: str) -> dict[str, str]:
    """Return the tags that the provider puts on everything of an environment.

    None of them is a dial: a changed tag is an update of the endpoint, and an update of the endpoint can send its
    day-0 config back to production (docs/adr, who may change the endpoint).
    """
    return {"project": "trainyard", "environment": environment, "managed-by": "pulumi"}


def role_tag(role: str) -> dict[str, str]:
    """Return the tag that names a resource's role."""
    return {ROLE: role}
