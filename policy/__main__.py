"""Serves the rules to the engine: `pulumi preview --policy-pack policy`."""

import sys
from pathlib import Path

# The engine starts this folder as a program of its own; the rules are beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pulumi_policy import EnforcementLevel, PolicyPack

from policy.policies import policies

PolicyPack(name="trainyard", policies=policies(), enforcement_level=EnforcementLevel.MANDATORY)
