"""Runs commands as a person would type them, shown before they run."""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from trainyard import foreground
from trainyard.errors import TrainyardError

TRAINYARD = str(Path(sys.executable).parent / "trainyard")


@dataclass(frozen=True)
class Commands:
    """Runs `trainyard` and `pulumi` with one set of variables, on one console."""

    console: Console
    environ: dict[str, str]
    project: Path

    def trainyard(self, *arguments: str, expect: Sequence[int] = (0,)) -> int:
        """Show and run a command on this terminal.

        Raises:
            TrainyardError: its exit code is not one of `expect`.
        """
        self.console.print(f"[bold]$ trainyard {' '.join(arguments)}[/]", highlight=False)
        started = time.monotonic()
        code = foreground.run([TRAINYARD, *arguments], cwd=self.project, env=self.environ).returncode
        self.console.print(f"[dim]  {time.monotonic() - started:.1f} s, exit code {code}[/]", highlight=False)
        if code not in expect:
            raise TrainyardError(
                f"`trainyard {' '.join(arguments)}` ended with {code}, expected was {' or '.join(map(str, expect))}",
                cure="The lines above say why; `trainyard local logs` has the local cloud's own",
            )
        return code

    def ask(self, *arguments: str) -> Any:
        """Run a `trainyard … --json` command quietly and return its answer."""
        return json.loads(self._output([TRAINYARD, *arguments, "--json"]))

    def last_run(self, service: str) -> dict[str, Any]:
        """Return how a service's newest pipeline run ended, as `pipeline follow --json` tells it."""
        execution = self.ask("pipeline", "list", service, "--limit", "1")[0]["execution_arn"]
        return dict(self.ask("pipeline", "follow", execution))

    def pulumi(self, *arguments: str) -> Any:
        """Run a `pulumi` command that prints JSON quietly and return its answer."""
        return json.loads(self._output(["pulumi", *arguments]))

    def _output(self, command: Sequence[str]) -> str:
        result = foreground.run(list(command), cwd=self.project, env=self.environ, capture_output=True)
        if result.returncode != 0:
            last = (result.stderr.strip() or result.stdout.strip() or "no output")[-500:]
            raise TrainyardError(f"`{' '.join(command[:4])}` ended with {result.returncode}: {last}")
        return result.stdout
