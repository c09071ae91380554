"""The policy pack says what the rules say: in process, over the wire as engines ask it, and to a real engine."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import grpc
import pulumi
import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from pulumi_policy import PolicyProviderResource, PolicyResource, StackValidationArgs
from pulumi_policy.policy import _NotApplicableError
from pulumi_policy.proxy import unknown_checking_proxy

from policy import registered
from policy.policies import policies
from policy.stack_file import context
from stacks.rules import RULES, UNKNOWN, Resource
from stacks.settings import SettingsError
from tests.harness import deploy
from tests.harness.judged import resources
from tests.harness.stack_files import ROOT, pulumi_config
from tests.stacks.rules import sound
from tests.stacks.rules.breaking import naming, stores
from trainyard.engine import locate

ENGINE = locate()
TAGGED, CASE = naming.CASES[0], stores.CASES[0]
"""Of a provider's tags, and of a relation between resources."""


def declared(program: sound.Program) -> list[Resource]:
    return resources(deploy(sound.with_provider(program)))


def as_policy_resources(found: Sequence[Resource]) -> list[PolicyResource]:
    """Return resources as the policy SDK hands them over; providers only as somebody's provider."""
    options = {each.urn: type("Options", (), {"protect": each.protect})() for each in found}
    providers = {
        each.urn: PolicyProviderResource(each.type, unknown_checking_proxy(dict(each.inputs)), each.urn, each.name)
        for each in found
        if each.type.startswith("pulumi:providers:")
    }
    made = {
        each.urn: PolicyResource(
            each.type,
            unknown_checking_proxy(dict(each.inputs)),
            each.urn,
            each.name,
            options[each.urn],
            providers.get(each.provider),
            None,
            [],
            {},
        )
        for each in found
        if each.urn not in providers
    }
    for each in found:
        for property, urns in each.references.items() if each.urn in made else ():
            made[each.urn].property_dependencies[property] = [made[urn] for urn in urns]
    return list(made.values())


def reported(found: Sequence[Resource]) -> list[tuple[str, str, str | None]]:
    """Return what all policies report: policy, message, URN."""
    said: list[tuple[str, str, str | None]] = []
    for policy in policies():
        args = StackValidationArgs(as_policy_resources(found))
        policy.validate(args, lambda text, urn=None, name=policy.name: said.append((name, text, urn)))
    return said


@pytest.fixture
def in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give dev's dials, with deletion protection, as an engine does that hands configuration over."""
    config = pulumi_config("dev") | {"trainyard:deletion_protection": "true"}
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(config))


@pytest.mark.parametrize("case", [CASE, TAGGED], ids=lambda case: case.rule)
@pytest.mark.usefixtures("in_force")
def test_the_pack_refuses_what_the_rules_refuse_and_passes_what_they_pass(case: Any) -> None:
    ((name, text, urn),) = reported(declared(case.breaks))
    assert (name, text) == (case.rule, f"{case.what} {case.cure}")
    assert urn is not None
    assert urn.endswith(f"::{case.resource}")
    assert reported(declared(case.holds)) == []


def test_there_is_a_policy_for_each_rule_and_one_for_the_stack_file() -> None:
    assert [each.name for each in policies()] == ["stack-file", *(rule.name for rule in RULES)]


@pytest.mark.usefixtures("in_force")
def test_what_the_engine_does_not_know_yet_reaches_the_rules_as_unknown() -> None:
    found = Resource(urn="urn:pulumi:dev::p::t::n", type="t", name="n", inputs={"a": UNKNOWN, "b": [{"c": UNKNOWN}, 1]})
    (seen,) = registered.resources(as_policy_resources([found]))
    assert seen == found


def test_the_dials_are_those_of_the_stacks_own_file_where_the_engine_hands_none_over() -> None:
    pulumi.runtime.set_all_config({})
    assert [context(stack).account for stack in ("dev", "staging", "prod")] == ["1" * 12, "2" * 12, "3" * 12]
    with pytest.raises(SettingsError, match=r"there is no Pulumi\.qa\.yaml in .* Change it in Pulumi\.qa\.yaml\."):
        context("qa")


def test_a_stack_file_that_says_what_is_not_allowed_is_refused_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pulumi.runtime.set_all_config({})
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(pulumi_config("dev") | {"trainyard:region": "europe"}))
    found = declared(CASE.holds)
    (stack_file, *rest) = policies()
    said: list[str] = []
    stack_file.validate(StackValidationArgs(as_policy_resources(found)), lambda text, urn=None: said.append(text))
    assert len(said) == 1
    assert said[0].startswith("trainyard:region is 'europe'")
    assert said[0].endswith("Change it in Pulumi.dev.yaml.")
    for policy in rest:
        with pytest.raises(_NotApplicableError) as raised:
            policy.validate(StackValidationArgs(as_policy_resources(found)), lambda text, urn=None: said.append(text))
        assert raised.value.reason == "stack-file says why it cannot be judged."
    assert len(said) == 1


@pytest.fixture(scope="module")
def analyzer() -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    """Start the pack as the engine does, and speak to it as the engine does."""
    environ = {**os.environ, "PULUMI_CONFIG": json.dumps(pulumi_config("dev")), "PULUMI_STACK": "dev"}
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(ROOT / "policy")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ, cwd=ROOT / "policy") as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel)
        process.terminate()


def asked(found: Sequence[Resource]) -> analyzer_pb2.AnalyzeStackRequest:
    """Return the request that an engine makes of these resources."""
    by_urn = {each.urn: each for each in found}
    request = analyzer_pb2.AnalyzeStackRequest()
    for each in found:
        properties = Struct()
        properties.update(json.loads(json.dumps(each.inputs)))
        message = request.resources.add(type=each.type, urn=each.urn, name=each.name, properties=properties)
        message.options.protect = each.protect
        for property, urns in each.references.items():
            message.propertyDependencies[property].urns.extend(urns)
        if each.provider:
            provider = by_urn[each.provider]
            message.provider.type, message.provider.urn = provider.type, provider.urn
            message.provider.name = provider.name
            message.provider.properties.update(dict(provider.inputs))
    return request


@pytest.mark.parametrize("case", [CASE, TAGGED], ids=lambda case: case.rule)
def test_the_started_pack_refuses_and_passes_over_the_wire(analyzer: analyzer_pb2_grpc.AnalyzerStub, case: Any) -> None:
    (told,) = analyzer.AnalyzeStack(asked(declared(case.breaks))).diagnostics
    assert (told.policyName, told.enforcementLevel) == (case.rule, analyzer_pb2.MANDATORY)
    assert told.urn.endswith(f"::{case.resource}")
    assert told.message == f"{told.description}\n{case.what} {case.cure}"
    assert list(analyzer.AnalyzeStack(asked(declared(case.holds))).diagnostics) == []


def test_the_started_pack_introduces_its_rules(analyzer: analyzer_pb2_grpc.AnalyzerStub) -> None:
    from google.protobuf.empty_pb2 import Empty

    info = analyzer.GetAnalyzerInfo(Empty())
    told = [(each.name, each.description) for each in info.policies]
    assert told[1:] == [(rule.name, rule.description) for rule in RULES]


PROGRAM = """
import pulumi
pulumi.ComponentResource("trainyard:infra:Thing", {name!r})
"""


@pytest.mark.skipif(ENGINE is None, reason="no Pulumi engine on this machine: `trainyard local start` builds one")
def test_a_real_preview_is_stopped_by_the_pack(tmp_path: Path) -> None:
    """The engine itself starts the pack; a logical name with a date needs no provider to be refused."""
    assert ENGINE is not None
    shutil.copy(ROOT / "Pulumi.dev.yaml", tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: trainyard\nruntime: python\n")
    pack = ROOT / "policy" / "any-host"
    environ = {
        **os.environ,
        "PATH": os.pathsep.join([str(pack), str(Path(sys.executable).parent), str(ENGINE.bin), os.environ["PATH"]]),
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": f"file://{tmp_path}",
        "PULUMI_CONFIG_PASSPHRASE": "only for this test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }

    def pulumi_says(*args: str) -> tuple[int, str]:
        done = subprocess.run(
            ["pulumi", "--non-interactive", *args],
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    assert pulumi_says("stack", "init", "dev")[0] == 0
    for name, refused in (("thing-20261124", True), ("thing", False)):
        (tmp_path / "__main__.py").write_text(PROGRAM.format(name=name))
        code, text = pulumi_says("preview", "--policy-pack", str(pack))
        assert (code != 0) is refused, text
        assert ("[mandatory]  names-without-timestamps" in text) is refused
        assert ("Thing 'thing-20261124' has a date in its logical name" in text) is refused
