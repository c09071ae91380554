import ast
import subprocess
from pathlib import Path

import pytest

from trainyard.ci.touched import changed_paths, touched
from trainyard.errors import UsageError

ROOT = Path(__file__).parents[3]
ALL = ["dev", "staging", "prod"]


@pytest.mark.parametrize(
    ("paths", "environments"),
    [
        (["Pulumi.staging.yaml"], ["staging"]),
        (["Pulumi.prod.yaml", "Pulumi.dev.yaml"], ["dev", "prod"]),
        (["infra/bucket.py"], ALL),
        (["stacks/settings/service.py"], ALL),
        (["stacks/bootstrap/Pulumi.dev.yaml"], ALL),
        (["policy/PulumiPolicy.yaml"], ALL),
        (["__main__.py"], ALL),
        (["Pulumi.yaml"], ALL),
        (["requirements/all.lock"], ALL),
        (["pyproject.toml"], ALL),
        (["docs/architecture.md", "README.md", "CHANGELOG.md"], []),
        (["tests/unit/ci/test_touched.py", ".github/workflows/check.yml"], []),
        (["src/recommender/serving/server.py", "src/trainyard/aws.py"], []),
        (["docs/architecture.md", "Pulumi.dev.yaml"], ["dev"]),
        (["a-new-folder/file.py"], ALL),
        (["setup.cfg"], ALL),
        (["Pulumi.qa.yaml"], ALL),
        (["src/another_package/x.py"], ALL),
        (["documents/x.md"], ALL),
        ([], []),
    ],
)
def test_a_change_touches_these_environments(paths: list[str], environments: list[str]) -> None:
    assert touched(paths, ALL) == environments


def test_the_program_imports_nothing_that_is_said_to_touch_no_environment() -> None:
    files = [ROOT / "__main__.py", *(ROOT / "infra").rglob("*.py"), *(ROOT / "stacks").rglob("*.py")]
    imported: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.partition(".")[0])
    ours = {folder.name for folder in (*ROOT.iterdir(), *(ROOT / "src").iterdir()) if (folder / "__init__.py").exists()}
    assert imported & ours <= {"infra", "stacks"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    (tmp_path / "kept.py").write_text("kept = 1\n" * 20)
    git("add", "-A")
    git("commit", "-q", "-m", "first")
    git("checkout", "-q", "-b", "change")
    git("mv", "kept.py", "moved to.py")
    git("commit", "-q", "-m", "move")
    git("checkout", "-q", "main")
    (tmp_path / "other.py").write_text("other = 1\n")
    git("add", "-A")
    git("commit", "-q", "-m", "somebody else's")
    git("checkout", "-q", "change")
    return tmp_path


def test_a_moved_file_changes_both_of_its_paths_and_what_others_merged_does_not_count(repository: Path) -> None:
    assert changed_paths(repository, "main") == ["kept.py", "moved to.py"]


@pytest.mark.parametrize("base", ["nowhere", "--output=stolen"])
def test_an_unknown_base_is_refused_in_words(repository: Path, base: str) -> None:
    with pytest.raises(UsageError, match=r"git cannot compare this checkout with .*fetch-depth: 0"):
        changed_paths(repository, base)
    assert not (repository / "stolen...HEAD").exists()
