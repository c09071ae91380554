"""The folder of a verification: its stack file, its engine state and the passphrase; what is in it may still exist."""

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from trainyard.provision import STACK_FILES
from trainyard.verify_aws.stack import ENVIRONMENT


@dataclass(frozen=True)
class Place:
    """`.trainyard/verify` of a checkout; it is there for as long as the account may hold something of it."""

    project: Path

    @property
    def root(self) -> Path:
        """The folder itself."""
        return self.project / ".trainyard" / "verify"

    @property
    def stack_file(self) -> Path:
        """The derived stack file."""
        return self.root / "project" / f"Pulumi.{ENVIRONMENT}.yaml"

    @property
    def orders(self) -> Path:
        """Simulated orders."""
        return self.root / "orders.parquet"

    def open_for(self) -> tuple[str, str] | None:
        """Return the account and region of a verification that was not taken away, or None."""
        try:
            mark = json.loads((self.root / "verification.json").read_text())
        except FileNotFoundError:
            return None
        return str(mark["account"]), str(mark["region"])

    def open(self, account: str, region: str, stack: Mapping[str, Any]) -> None:
        """Write everything that a verification, and its removal, need."""
        for folder in ("project", "state"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        manifest = yaml.safe_load((self.project / "Pulumi.yaml").read_text())
        manifest["main"] = str(self.project)
        (self.root / "project" / "Pulumi.yaml").write_text(yaml.safe_dump(manifest, sort_keys=False))
        self.stack_file.write_text(yaml.safe_dump(dict(stack), sort_keys=False))
        passphrase = os.open(self.root / "passphrase", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(passphrase, "w") as file:
            file.write(secrets.token_hex(16))
        # Last, so that a mark always has its passphrase.
        (self.root / "verification.json").write_text(json.dumps({"account": account, "region": region}))

    def variables(self, environ: Mapping[str, str], region: str) -> dict[str, str]:
        """Return the variables that the engine and the commands run with; the user's own login is not touched."""
        kept = {key: value for key, value in environ.items() if key != "PULUMI_CONFIG_PASSPHRASE_FILE"}
        return {
            **kept,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "PULUMI_BACKEND_URL": f"file://{self.root / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": (self.root / "passphrase").read_text(),
            "PULUMI_OPTION_CWD": str(self.root / "project"),
            "TRAINYARD_PROJECT": str(self.project),
            "TRAINYARD_STACK": ENVIRONMENT,
            STACK_FILES: str(self.root / "project"),
        }

    def close(self) -> None:
        """Remove the folder: nothing of it exists any more."""
        shutil.rmtree(self.root)
