"""Build the table of types that the provider carries: `python build.py SCHEMA.json.gz OUT.json.gz [PROVIDER]`.

SCHEMA is Terraform's schema of the bridged provider; the names come from the installed pulumi-aws; PROVIDER, the
executable of terraform-provider-aws, is asked which changes force replacement. Run it when pulumi-aws is raised.
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import newer
import sdk
import terraform
from pulumi_aws._utilities import get_version


def table(types: dict[str, Any]) -> dict[str, Any]:
    """Return token -> {tf, in, out} for every type that both the SDK and the schema know."""
    found: dict[str, Any] = {}
    for token, resource, arguments in sdk.resources():
        name = terraform.type_of(token, types)
        if name is None:
            continue
        accepts = sdk.inputs(arguments)
        offers = {key: value for key, value in sdk.outputs(resource).items() if key not in accepts}
        terraform.describe(accepts, types[name])
        terraform.describe(offers, types[name])
        found[token] = {"tf": name, "in": accepts, "out": offers}
    return found


def main(schema: Path, out: Path, provider: Path | None) -> None:
    """Write the table and say what the schema has that no token claimed."""
    types = json.loads(gzip.decompress(schema.read_bytes()))
    found = table({**newer.TYPES, **types})
    if provider is not None:
        import replacement

        replacement.mark({token: entry for token, entry in found.items() if entry["tf"] in types}, types, provider)
    newer.mark(found)
    body = {"pulumi_aws": get_version(), "terraform_provider_aws": "5.100.0", "types": found}
    out.write_bytes(gzip.compress(json.dumps(body, sort_keys=True, separators=(",", ":")).encode(), mtime=0))
    claimed = {entry["tf"] for entry in found.values()}
    print(f"{len(found)} tokens, {out.stat().st_size} bytes; without a token: {sorted(set(types) - claimed)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
