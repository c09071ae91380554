import subprocess
import sys

import pytest

SDK_FREE = [
    "trainyard.cli",
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
    program = f"import sys, {module}; sys.exit('sagemaker' in sys.modules)"
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=False).returncode == 0
