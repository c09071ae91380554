"""A client of one Terraform provider process, for one question: what would this change replace?

Speaks Terraform's plugin protocol 5 (docs/plugin-protocol/tfplugin5.4.proto in hashicorp/terraform), of which it
declares only the fields it uses, and MessagePack, of which it writes only what a state needs.
"""

import os
import struct
import subprocess
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"  # Terraform's, public, the same for all
_STRING, _BYTES, _MESSAGE, _INT64 = 9, 12, 11, 3
_ONE, _MANY = 1, 3

_MESSAGES: dict[str, list[tuple[str, int, int, int, str]]] = {
    "DynamicValue": [("msgpack", 1, _BYTES, _ONE, "")],
    "Step": [("attribute", 1, _STRING, _ONE, ""), ("key", 2, _STRING, _ONE, ""), ("index", 3, _INT64, _ONE, "")],
    "Path": [("steps", 1, _MESSAGE, _MANY, "Step")],
    "Diagnostic": [
        ("severity", 1, _INT64, _ONE, ""),
        ("summary", 2, _STRING, _ONE, ""),
        ("detail", 3, _STRING, _ONE, ""),
    ],
    "ConfigureRequest": [("version", 1, _STRING, _ONE, ""), ("config", 2, _MESSAGE, _ONE, "DynamicValue")],
    "ConfigureResponse": [("diagnostics", 1, _MESSAGE, _MANY, "Diagnostic")],
    "PlanRequest": [
        ("type_name", 1, _STRING, _ONE, ""),
        ("prior_state", 2, _MESSAGE, _ONE, "DynamicValue"),
        ("proposed", 3, _MESSAGE, _ONE, "DynamicValue"),
        ("config", 4, _MESSAGE, _ONE, "DynamicValue"),
    ],
    "PlanResponse": [
        ("requires_replace", 2, _MESSAGE, _MANY, "Path"),
        ("diagnostics", 4, _MESSAGE, _MANY, "Diagnostic"),
    ],
    "SchemaRequest": [],
    "SchemaResponse": [("provider", 1, _MESSAGE, _ONE, "Schema"), ("resources", 2, _MESSAGE, _MANY, "Named")],
    "Named": [("key", 1, _STRING, _ONE, ""), ("value", 2, _MESSAGE, _ONE, "Schema")],
    "Schema": [("block", 2, _MESSAGE, _ONE, "Block")],
    "Block": [("attributes", 2, _MESSAGE, _MANY, "Attribute"), ("blocks", 3, _MESSAGE, _MANY, "NestedBlock")],
    "Attribute": [("name", 1, _STRING, _ONE, "")],
    "NestedBlock": [
        ("name", 1, _STRING, _ONE, ""),
        ("block", 2, _MESSAGE, _ONE, "Block"),
        ("nesting", 3, _INT64, _ONE, ""),
    ],
}


def _classes() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="question.proto", package="question", syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind, label, of in fields:
            entry = message.field.add(name=field, number=number, type=kind, label=label)  # type: ignore[arg-type]
            if of:
                entry.type_name = f".question.{of}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"question.{name}")) for name in _MESSAGES}


def pack(value: Any) -> bytes:
    """Return a value as MessagePack."""
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return b"\xd3" + struct.pack(">q", value)
    if isinstance(value, str):
        data = value.encode()
        return b"\xdb" + struct.pack(">I", len(data)) + data
    if isinstance(value, list):
        return b"\xdd" + struct.pack(">I", len(value)) + b"".join(pack(item) for item in value)
    parts = (pack(key) + pack(item) for key, item in value.items())
    return b"\xdf" + struct.pack(">I", len(value)) + b"".join(parts)


def _complete(state: dict[str, Any], block: Any) -> None:
    """Add what a trimmed schema left out (timeouts, write-only attributes), as absent: a state must be whole."""
    for attribute in block.attributes:
        state.setdefault(attribute.name, None)
    for nested in block.blocks:
        value = state.setdefault(nested.name, None if nested.nesting == 1 else [])
        for element in value if isinstance(value, list) else [value]:
            if isinstance(element, dict):
                _complete(element, nested.block)


class ProviderProcess:
    """A running terraform-provider-aws, configured with made-up credentials and no access to any service."""

    def __init__(self, executable: Path) -> None:
        self._executable = executable
        self._start()

    def _start(self) -> None:
        environment = {**os.environ, "TF_PLUGIN_MAGIC_COOKIE": _COOKIE, "PLUGIN_PROTOCOL_VERSIONS": "5"}
        self._process = subprocess.Popen(
            [self._executable], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self._process.stdout
        address = self._process.stdout.readline().decode().strip().split("|")[3]
        self._channel = grpc.insecure_channel(f"unix:{address}", [("grpc.max_receive_message_length", -1)])
        self._classes = _classes()
        self._configure()

    def _call(self, method: str, request: Any, answer: str) -> Any:
        call = self._channel.unary_unary(
            f"/tfplugin5.Provider/{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=self._classes[answer].FromString,
        )
        return call(request, timeout=120)

    def _value(self, value: Any) -> Any:
        return self._classes["DynamicValue"](msgpack=pack(value))

    def _configure(self) -> None:
        schema = self._call("GetSchema", self._classes["SchemaRequest"](), "SchemaResponse")
        self._resources = {named.key: named.value.block for named in schema.resources}
        block = schema.provider.block
        config: dict[str, Any] = {attribute.name: None for attribute in block.attributes}
        config |= {nested.name: [] for nested in block.blocks}
        config |= {"region": "eu-west-1", "access_key": "none", "secret_key": "none"}
        config |= dict.fromkeys(
            ("skip_credentials_validation", "skip_requesting_account_id", "skip_region_validation"), True
        )
        config |= {"skip_metadata_api_check": "true"}
        request = self._classes["ConfigureRequest"](version="1.9.0", config=self._value(config))
        answer = self._call("Configure", request, "ConfigureResponse")
        problems = [f"{one.summary}: {one.detail}" for one in answer.diagnostics if one.severity == 1]
        if problems:
            raise RuntimeError(f"the provider cannot be configured: {problems}")

    def replaced_by(self, kind: str, old: dict[str, Any], new: dict[str, Any]) -> tuple[set[str], list[str]]:
        """Return the attribute paths (`rule.filter`, without indexes) that force replacement, and any errors."""
        for state in (old, new):
            _complete(state, self._resources[kind])
        request = self._classes["PlanRequest"](
            type_name=kind, prior_state=self._value(old), proposed=self._value(new), config=self._value(new)
        )
        try:
            answer = self._call("PlanResourceChange", request, "PlanResponse")
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE:  # type: ignore[attr-defined]
                raise
            self.close()  # it crashed on this question: the next ones need a new one
            self._start()
            return set(), ["the provider crashed"]
        paths = {".".join(step.attribute for step in path.steps if step.attribute) for path in answer.requires_replace}
        return paths, [f"{one.summary}: {one.detail}" for one in answer.diagnostics if one.severity == 1]

    def close(self) -> None:
        """End the process."""
        self._channel.close()
        self._process.kill()
        self._process.wait()
