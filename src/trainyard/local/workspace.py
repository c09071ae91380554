"""A scratch copy of the stack files for the local target, so that the checkout stays as it is.

Two things differ from the committed files: the account is one that AWS cannot issue, wherever the file names it (ARNs
of people, for one), and the engine may write what it likes (its encryption salt). Everything else is the same program
and the same dials.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import yaml

from trainyard.local.project import environments, parse_stack_file, stack_file

ACCOUNT_KEY = "trainyard:account"
ENGINE_KEYS = ("encryptionsalt", "secretsprovider", "encryptedkey")


@dataclass(frozen=True)
class Workspace:
    """The folder that holds everything of the local target for one checkout; git ignores it."""

    project: Path

    @property
    def root(self) -> Path:
        """The folder itself."""
        return self.project / ".trainyard"

    @property
    def cloud(self) -> Path:
        """State of the local cloud."""
        return self.root / "cloud"

    @property
    def stack_files(self) -> Path:
        """The scratch copy of Pulumi.yaml and the stack files."""
        return self.root / "project"

    @property
    def engine_state(self) -> Path:
        """The engine's file backend."""
        return self.root / "state"

    @property
    def engine_home(self) -> Path:
        """The engine's own home, so that no login or plugin of the user is touched."""
        return self.root / "pulumi"

    def account(self, environment: str) -> str:
        """Return the account id of an environment on the local target: twelve digits that AWS never issues."""
        return f"{environments(self.project).index(environment) + 1:012d}"

    def passphrase(self) -> str:
        """Return the passphrase that encrypts the scratch stacks' secrets: derived, since they guard nothing real."""
        return hashlib.sha256(str(self.project).encode()).hexdigest()[:16]

    def refresh(self) -> None:
        """Copy the stack files anew, keeping what the engine wrote into its copies."""
        for folder in (self.stack_files, self.engine_state, self.engine_home):
            folder.mkdir(parents=True, exist_ok=True)
        manifest = yaml.safe_load((self.project / "Pulumi.yaml").read_text())
        manifest["main"] = str(self.project)
        _write(self.stack_files / "Pulumi.yaml", manifest)
        for environment in environments(self.project):
            self._copy(environment)

    def _copy(self, environment: str) -> None:
        source = stack_file(self.project, environment)
        target = self.stack_files / source.name
        text = source.read_text()
        committed = parse_stack_file(text, source).get("config", {}).get(ACCOUNT_KEY)
        # Twelve digits are nothing else than the account, so text will do; YAML would read them as a number unquoted.
        content = parse_stack_file(text.replace(str(committed), self.account(environment)), source)
        content.setdefault("config", {})[ACCOUNT_KEY] = self.account(environment)
        # What the engine wrote into the committed file seals the state of AWS, with a key that is not here.
        content = {key: value for key, value in content.items() if key not in ENGINE_KEYS}
        if target.exists():
            before = parse_stack_file(target.read_text(), target)
            content |= {key: before[key] for key in ENGINE_KEYS if key in before}
        _write(target, content)

    def region(self, environment: str) -> str:
        """Return the region that the environment's stack file names."""
        file = stack_file(self.project, environment)
        config = parse_stack_file(file.read_text(), file).get("config", {})
        return str(config.get("trainyard:region", "eu-west-1"))


def _write(path: Path, content: dict[str, object]) -> None:
    text = yaml.safe_dump(content, sort_keys=False)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
