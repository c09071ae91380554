"""Three environments in three accounts, side by side on one local cloud: `python -m trainyard.demo envs`.

They come up in promotion order. While the next comes up, the one before is previewed, released to and previewed again:
the first trains a model, and the others get it by promotion once it was accepted in the one before. Then one dial at a
time is turned, every way across is tried, and all three are taken away.
"""

import os
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console

from trainyard.demo.attempt import Outcome, carry_out
from trainyard.demo.crossing import crossings
from trainyard.demo.dial import DIALS
from trainyard.demo.intrusion import intrusions
from trainyard.demo.lane import PREVIEWS, Lane
from trainyard.demo.leave import begin_anew, leave_nothing
from trainyard.demo.orders import simulate
from trainyard.demo.shell import Shell
from trainyard.demo.story import FIRST, SERVICE, git_status
from trainyard.demo.target import register, survey
from trainyard.engine import obtain
from trainyard.local import command as localcloud
from trainyard.local.project import environments
from trainyard.local.target import variables
from trainyard.local.workspace import Workspace

SPEED = 120
"""AWS's waits are divided by this: prod bakes a release for half an hour."""
COMES_UP_AGAIN = 1
"""Position in the order of promotion."""
ROWS = 100_000
"""Of simulated orders."""
AT_ONCE = 3
"""Engines that run side by side; each is idle for a part of its time."""


class Environments:
    """The story; `lanes`, `dials`, `outcomes`, `left` and `kept` hold what was found."""

    def __init__(self, console: Console, project: Path) -> None:
        self.project = project
        self.workspace = Workspace(project)
        self.lanes: dict[str, Lane] = {}
        self.dials: dict[str, list[str]] = {}
        self.outcomes: list[Outcome] = []
        self.left: list[str] = []
        self.kept: list[str] = []
        self.processes: list[str] = []
        self._console = console
        self._started = time.monotonic()
        self._git = git_status(project)
        self._printing = threading.Lock()

    @property
    def seconds(self) -> float:
        """How long the story has taken."""
        return round(time.monotonic() - self._started, 1)

    @property
    def git_status_clean(self) -> bool:
        """Whether the checkout is as it was."""
        return git_status(self.project) == self._git

    def tell(self) -> None:
        """Run the whole story; whatever happens, nothing is left running."""
        try:
            self._open()
            with ThreadPoolExecutor(max_workers=AT_ONCE) as beside:
                under_way = self._come_up(beside)
                self._chapter("One dial at a time, and every way across")
                under_way += self._turn(beside)
                self._cross()
                for task in under_way:
                    task.result()
            self._go()
        finally:
            self.processes = leave_nothing(self.workspace)

    def _open(self) -> None:
        self._chapter("A cloud on this machine, with an account for each environment")
        begin_anew(self.workspace, self._say)
        engine = obtain(self._say)
        if localcloud.call(self.workspace.cloud, ["start", "--speed", str(SPEED)]) != 0:
            raise SystemExit(1)
        for name in environments(self.project):
            found = variables(self.workspace, name, engine, os.environ)
            shell = Shell(name, {**os.environ, **found}, self.project, self._say)
            # Before anything runs beside it: the engine writes its salt into the stack file.
            shell.attempt("pulumi", "stack", "select", name, "--create", "--non-interactive")
            self.lanes[name] = Lane(shell, SERVICE)
            self._say(f"{name:8} account {shell.account}, region {shell.region}")

    def _come_up(self, beside: ThreadPoolExecutor) -> list[Future[Any]]:
        self._chapter("They come up in promotion order; behind each, previews, and the model of the one before")
        under_way: list[Future[Any]] = []
        before: Lane | None = None
        for position, (name, lane) in enumerate(self.lanes.items()):
            lane.come_up()
            self._say(f"{name:8} is up: {lane.resources} resources")
            # A lane waits for the one before it, which was handed in before it: so none waits for one without a thread.
            under_way.append(beside.submit(self._live, lane, before, comes_up_again=position == COMES_UP_AGAIN))
            before = lane
        return under_way

    def _live(self, lane: Lane, before: Lane | None, *, comes_up_again: bool) -> None:
        """Preview, release, and preview again.

        The first environment trains the model that it releases; the others have it promoted from the one before. Either
        goes on beside the previews, which look at what Pulumi owns. One environment is brought up again after that: it
        need not be all, for one program makes them all.
        """
        second, refreshed, after = PREVIEWS
        try:
            with ThreadPoolExecutor(max_workers=1) as beside:
                version = beside.submit(lane.promote_from, before) if before else beside.submit(self._train, lane)
                lane.preview(second)
                lane.preview(refreshed)
            lane.release(version.result())
        except BaseException as error:
            lane.accepted.set_exception(error)
            raise
        lane.accepted.set_result(None)
        lane.preview(after)
        if comes_up_again:
            lane.come_up_again()

    def _train(self, lane: Lane) -> str:
        return lane.train(simulate(self.workspace.root / "orders" / "simulated.parquet", ROWS), *FIRST)

    def _turn(self, beside: ThreadPoolExecutor) -> list[Future[Any]]:
        def turn(number: int) -> None:
            dial = DIALS[number]
            folder = self.workspace.root / "dials" / str(number)
            self.dials[dial.title] = self.lanes[dial.environment].turn(dial, self.workspace.stack_files, folder)

        return [beside.submit(turn, number) for number in range(len(DIALS))]

    def _cross(self) -> None:
        ours, theirs = (next(iter(self.lanes.values())), list(self.lanes.values())[-1])
        there = survey(theirs.shell, SERVICE)
        attempts = [
            *intrusions(ours.shell, theirs.shell, self.workspace.root / "intrusions"),
            *crossings(survey(ours.shell, SERVICE), there, register(there)),
        ]
        for attempt in attempts:
            outcome = carry_out(attempt)
            self.outcomes.append(outcome)
            self._say(f"{attempt.kind:12} {outcome.line}")

    def _go(self) -> None:
        self._chapter("They are taken away, the last one first; what is protected stays")
        for name, lane in reversed(self.lanes.items()):
            lane.go()
            left, kept = lane.left()
            self.left += [f"{name}: {line}" for line in left]
            self.kept += [f"{name}: {line}" for line in kept]
        for line in self.left:
            self._say(f"left behind: {line}")

    def _say(self, line: str) -> None:
        with self._printing:
            self._console.print(line, highlight=False, markup=False, soft_wrap=True)

    def _chapter(self, title: str) -> None:
        with self._printing:
            self._console.rule(f"[bold]{title}[/]  [dim]{self.seconds:.0f} s[/]", align="left")
