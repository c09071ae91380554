import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from pipelines.rendering import RenderedPipeline, render_pipeline
from tests.pipelines import contract
from tests.pipelines.account import Account


@pytest.fixture(scope="session")
def rendered() -> RenderedPipeline:
    """The pipeline of an invented environment; rendering takes seconds, so once for all tests."""
    return render_pipeline(contract.platform(), contract.service())


@pytest.fixture(scope="session")
def definition(rendered: RenderedPipeline) -> dict[str, Any]:
    return json.loads(rendered.text)


@pytest.fixture(scope="session")
def steps(definition: dict[str, Any]) -> dict[str, Any]:
    """Every step by name, those of the condition's branches too."""
    decide = definition["Steps"][-1]["Arguments"]
    return {step["Name"]: step for step in (*definition["Steps"], *decide["IfSteps"], *decide["ElseSteps"])}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    monkeypatch.setenv("MOTO_ACCOUNT_ID", contract.ACCOUNT)
    with mock_aws():
        yield Account.create()
