"""Property values: Pulumi's protobuf structs as plain Python and back.

Whole numbers become ints (botocore refuses floats), secrets are unwrapped (the engine marks outputs of the same name
as its inputs again), and a value that is not known before deployment is `UNKNOWN`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf import struct_pb2

Props = dict[str, Any]

# The engine's wire constants (sdk/go/common/resource/plugin/rpc.go).
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"
_ASSET = "c44067f5952c0a294b673a41bacd8c17"
_ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
_RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_UNKNOWNS = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("an unknown value has no truth; ask `is UNKNOWN` first")


UNKNOWN: Final = _Unknown()


@dataclass(frozen=True)
class Asset:
    """A file, text or archive handed to a resource; equal when its content is."""

    hash: str
    wire: str
    """The protobuf struct it arrived in, serialised: what goes back to the engine unchanged."""

    @property
    def is_archive(self) -> bool:
        """Return whether it stands for several files."""
        struct = struct_pb2.Struct()
        struct.ParseFromString(bytes.fromhex(self.wire))
        return struct.fields[_SIGNATURE].string_value == _ARCHIVE

    @property
    def fields(self) -> dict[str, Any]:
        """Return the asset's fields: `path`, `text`, `uri` or, for archives, `assets`."""
        struct = struct_pb2.Struct()
        struct.ParseFromString(bytes.fromhex(self.wire))
        return {key: decode(value) for key, value in struct.fields.items() if key != _SIGNATURE}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asset) and other.hash == self.hash and bool(self.hash)

    def __hash__(self) -> int:
        return hash(self.hash)


def decode(value: struct_pb2.Value) -> Any:
    """Return one protobuf value as Python."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in _UNKNOWNS else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "list_value":
        return [decode(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _decode_struct(value.struct_value)
    return value.bool_value if kind == "bool_value" else None


def _decode_struct(struct: struct_pb2.Struct) -> Any:
    signature = struct.fields[_SIGNATURE].string_value if _SIGNATURE in struct.fields else None
    if signature in (_ASSET, _ARCHIVE):
        return Asset(struct.fields["hash"].string_value, struct.SerializeToString(deterministic=True).hex())
    if signature in (_SECRET, _OUTPUT):
        return decode(struct.fields["value"]) if "value" in struct.fields else UNKNOWN
    if signature == _RESOURCE:
        return decode(struct.fields["id"]) if "id" in struct.fields else struct.fields["urn"].string_value
    return decode_map(struct)


def decode_map(struct: struct_pb2.Struct) -> Props:
    """Return a protobuf struct as a dictionary; nulls are left out, as in Pulumi absent and null are one."""
    pairs = {key: decode(value) for key, value in struct.fields.items()}
    return {key: value for key, value in pairs.items() if value is not None}


def encode(value: Any) -> struct_pb2.Value:
    """Return one Python value as protobuf."""
    if value is UNKNOWN:
        return struct_pb2.Value(string_value="04da6b54-80e4-46f7-96ec-b56ff0331ba9")
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, (int, float)):
        return struct_pb2.Value(number_value=float(value))
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, Asset):
        struct = struct_pb2.Struct()
        struct.ParseFromString(bytes.fromhex(value.wire))
        return struct_pb2.Value(struct_value=struct)
    if isinstance(value, Mapping):
        return struct_pb2.Value(struct_value=encode_map(value))
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value) if isinstance(value, (set, frozenset)) else value
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[encode(item) for item in items]))
    raise TypeError(f"a property cannot hold {type(value).__name__}: {value!r}")


def encode_map(values: Mapping[str, Any], secret: frozenset[str] = frozenset()) -> struct_pb2.Struct:
    """Return a mapping as a protobuf struct, the properties named in `secret` wrapped as secrets."""
    fields = {key: encode(value) for key, value in values.items() if value is not None}
    for key in secret & fields.keys():
        wrapped = struct_pb2.Struct(
            fields={_SIGNATURE: struct_pb2.Value(string_value=_SECRET), "value": fields[key]},
        )
        fields[key] = struct_pb2.Value(struct_value=wrapped)
    return struct_pb2.Struct(fields=fields)


def has_unknown(value: Any) -> bool:
    """Return whether anything in `value`, at any depth, is not known yet."""
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return any(has_unknown(item) for item in value)
    return value is UNKNOWN
