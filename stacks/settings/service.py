"""One model service: an entry in the stack file."""

from typing import Literal

from pydantic import Field, model_validator

from stacks.settings.baseline import BaselineSettings
from stacks.settings.dials import Dials
from stacks.settings.features import FeatureSettings
from stacks.settings.gate import GateSettings
from stacks.settings.online_store import OnlineStoreSettings
from stacks.settings.release import StrategySettings, ThresholdSettings
from stacks.settings.retraining import RetrainingSettings
from stacks.settings.serving import ServingSettings
from stacks.settings.source import SourceSettings
from stacks.settings.training import TrainingSettings
from stacks.settings.validation import ValidationSettings


class ServiceSettings(Dials):
    """One model service: an entry here and a package in `src/`."""

    name: str = Field(pattern=r"^[a-z](-?[a-z0-9])*$", max_length=30)
    """Part of the endpoint's name: renaming replaces the endpoint."""
    owners: list[str] = Field(min_length=1)
    """Teams that answer for it."""
    approvals_required: Literal[0, 1, 2]
    """How many people must approve a model version before it is released: nobody, one, or two different ones."""
    release_on_approval: bool
    """Whether the last approval that a version needs starts its release; what the gate or the preflight refuses is told
    on the topic and not tried again."""
    source: SourceSettings
    training: TrainingSettings
    retraining: RetrainingSettings
    serving: ServingSettings
    features: FeatureSettings
    online_store: OnlineStoreSettings
    strategy: StrategySettings
    thresholds: ThresholdSettings
    """Of a release: they undo it."""
    endpoint_thresholds: ThresholdSettings
    """Of the whole endpoint: they notify, and undo a release as well."""
    validation: ValidationSettings
    gate: GateSettings
    baseline: BaselineSettings

    @model_validator(mode="after")
    def _steps_need_two(self) -> "ServiceSettings":
        kind, serving = self.strategy.type, self.serving
        if kind == "all_at_once":
            return self
        if serving.minimum_instances < 2:
            raise ValueError(f"{kind} takes whole instances, so serving.minimum_instances must be 2 or more")
        if serving.night.enabled and serving.night.minimum_instances < 2:
            raise ValueError(
                f"{kind} takes whole instances and a release may come at night, so serving.night.minimum_instances "
                "must be 2 or more"
            )
        return self
