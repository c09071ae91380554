import subprocess
import sys

import pytest

from trainyard.cli.app import COMMANDS, GROUPS, needed

EVERYTHING = {*GROUPS, *COMMANDS}


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("release start recommender", {"release"}),
        ("up --stack dev", {"up"}),
        ("--help", EVERYTHING),
        ("", EVERYTHING),
        ("relase start", EVERYTHING),
    ],
)
def test_a_command_line_needs_what_it_names_and_all_where_it_names_nothing(line: str, wanted: set[str]) -> None:
    assert needed(line.split()) == wanted


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from trainyard.cli import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


def test_a_release_does_not_wait_for_the_import_of_what_checks_orders() -> None:
    ran = run("release", "--help")
    assert "rollback" in ran.stdout
    loaded = set(ran.stderr.split())
    assert "trainyard.cli.release" in loaded
    assert not {"pyarrow", "trainyard.cli.up", "trainyard.data"} & loaded


def test_a_command_that_is_mounted_alone_keeps_its_name() -> None:
    ran = run("status", "--help")
    assert (ran.returncode, "--json" in ran.stdout) == (0, True)


def test_the_help_of_the_root_lists_all() -> None:
    listed = run("--help").stdout
    assert all(f" {name} " in listed for name in EVERYTHING)
    assert "Exit codes" in listed
