"""`python -m trainyard.engine.actionlint`: lints GitHub's workflows with actionlint, built once from its Go module.

The binary is kept beside the engine in the user's cache, keyed by its version. actionlint would also call shellcheck
and pyflakes where it finds them; both are switched off, so that every machine gives the same answer.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from trainyard.engine.gobuild import Say, compile_command, fetch, find_go
from trainyard.engine.locate import cache_root
from trainyard.engine.versions import ACTIONLINT
from trainyard.errors import TrainyardError

PACKAGE = "github.com/rhysd/actionlint/cmd/actionlint"


def command_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the built command is kept."""
    return cache_root(environ) / "actionlint" / ACTIONLINT / "actionlint"


def obtain(say: Say) -> Path:
    """Return the command, building it where it is not there yet (about half a minute).

    Raises:
        TrainyardError: Go is missing, or the module cannot be fetched or built.
    """
    target = command_file()
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".build-") as scratch:
        built = Path(scratch) / "actionlint"
        try:
            go = find_go()
            say(f"actionlint: building {ACTIONLINT} from its Go module, once for this machine")
            fetch(go, Path(scratch) / "module", f"{PACKAGE}@v{ACTIONLINT}", say)
            compile_command(go, Path(scratch) / "module", PACKAGE, built, say)
        except TrainyardError as error:
            raise TrainyardError(
                f"actionlint {ACTIONLINT} could not be built: {error.what}",
                where=str(target),
                cure="Install Go 1.24 or newer, or see that its module proxy can be reached, and run this again",
            ) from error
        os.replace(built, target)
    return target


def lint(command: Path, files: Sequence[Path]) -> subprocess.CompletedProcess[str]:
    """Return actionlint's verdict on workflow files: exit code 0 where it found nothing."""
    arguments = ["-no-color", "-shellcheck=", "-pyflakes=", *map(str, files)]
    return subprocess.run([command, *arguments], capture_output=True, text=True, check=False)


def main(folder: Path) -> int:
    """Lint every workflow of a folder, print the findings, and return 0 where there are none."""
    files = sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")])
    if not files:
        raise TrainyardError("There is no workflow to lint", where=str(folder))
    verdict = lint(obtain(lambda line: print(line, flush=True)), files)
    print(verdict.stdout + verdict.stderr or f"actionlint {ACTIONLINT}: {len(files)} workflows, nothing found")
    return verdict.returncode


if __name__ == "__main__":
    try:
        sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".github/workflows")))
    except TrainyardError as error:
        sys.exit(f"Error: {error}")
