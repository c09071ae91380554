"""The registry: which versions of a model exist, how they came to be, and who approved them."""

from trainyard.registry.approval import Approvals, approve
from trainyard.registry.origin import Origin
from trainyard.registry.package import ModelVersion
from trainyard.registry.person import caller
from trainyard.registry.reading import find_version, list_versions

__all__ = ["Approvals", "ModelVersion", "Origin", "approve", "caller", "find_version", "list_versions"]
