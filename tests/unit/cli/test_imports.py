import subprocess
import sys

import pytest

SDK_FREE = [
    "trainyard.registry",
    "trainyard.gate",
    "trainyard.data",
    "trainyard.image",
    "pipelines.launch",
    "pipelines.deployment",
    "pipelines.rendering",
    "pipelines.outcome",
]


@pytest.mark.parametrize("module", SDK_FREE)
def test_nothing_but_the_rendering_process_loads_the_sagemaker_sdk(module: str) -> None:
    assert _loads_no_sdk(f"import {module}")


def test_no_command_loads_the_sagemaker_sdk() -> None:
    assert _loads_no_sdk("from trainyard.cli.app import COMMANDS, GROUPS, mount; mount({*GROUPS, *COMMANDS})")


def _loads_no_sdk(statement: str) -> bool:
    program = f"import sys; {statement}; sys.exit('sagemaker' in sys.modules)"
    return subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=False).returncode == 0
