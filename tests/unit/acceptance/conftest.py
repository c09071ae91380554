from tests.unit.registry.conftest import registry

__all__ = ["registry"]
