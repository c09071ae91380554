"""Reads an environment's outputs as JSON on standard input and prints a service's pipeline definition."""

import json
import sys

from stacks.outputs import PlatformOutputs, ServiceOutputs


def main() -> None:
    """Check the outputs first, since the SDK takes seconds to import."""
    outputs = json.load(sys.stdin)
    platform = PlatformOutputs.model_validate(outputs["platform"])
    service = ServiceOutputs.model_validate(outputs["service"])

    from pipelines.definition.render import render

    sys.stdout.write(render(platform, service))


main()
