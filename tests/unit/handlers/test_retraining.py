"""How the end of a run is told."""

import pytest

from pipelines.execution import Progress, StepProgress
from pipelines.outcome import Outcome
from trainyard.handlers.retraining import ending

ENDED = Progress(execution_arn="arn", display_name="run", status="Stopped", failure="", steps=())
BROKEN = StepProgress(
    name="Train", status="Failed", started=None, ended=None, failure="out of memory", resource_arn="", log=None
)
GATE = {"reason": "MAP@10 of 0.2 is 1.02 x the champion's"}


@pytest.mark.parametrize(
    ("ended", "told"),
    [
        (
            Outcome(progress=ENDED, model_package_arn="arn:model-package/shop-dev/7", gate=GATE),
            ("registered", "Version 7 is registered. MAP@10 of 0.2 is 1.02 x the champion's"),
        ),
        (Outcome(progress=ENDED, rejected=True, gate=GATE), ("rejected", GATE["reason"])),
        (Outcome(progress=ENDED, rejected=True), ("rejected", "The gate did not let it pass")),
        (Outcome(progress=ENDED, failed=BROKEN), ("failed", "Step Train failed: out of memory")),
        (Outcome(progress=ENDED), ("stopped", "No step failed")),
    ],
)
def test_each_end_of_a_run_is_told_in_a_word_and_a_sentence(ended: Outcome, told: tuple[str, str]) -> None:
    assert ending(ended) == told
