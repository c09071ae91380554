"""Lambda functions: their code, their configuration, their reserved concurrency."""

from typing import Any

from localcloud.provider import schema
from localcloud.provider.archives import zipped
from localcloud.provider.errors import ProviderError
from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource
from localcloud.provider.session import Session, region_of
from localcloud.provider.shapes import properties, request
from localcloud.provider.tagging import Tagging
from localcloud.provider.values import Asset, Props

_TOKEN = "aws:lambda/function:Function"
_RENAME = {"name": "FunctionName", "fileSystemConfig": "FileSystemConfigs"}
_TAGS = Tagging(target="Resource", list="list_tags", form="map")
_CODE = frozenset({"code", "s3Bucket", "s3Key", "s3ObjectVersion", "imageUri", "sourceCodeHash", "codeSha256"})
_OURS = frozenset(
    {
        "reservedConcurrentExecutions",
        "replaceSecurityGroupsOnDestroy",
        "replacementSecurityGroupIds",
        "skipDestroy",
        "useResourceTimeoutForPropagation",
        "sourceKmsKeyArn",
    }
)
# What UpdateFunctionConfiguration must be told when a program says nothing of it any more.
_CLEARED: dict[str, dict[str, Any]] = {
    "environment": {"Environment": {"Variables": {}}},
    "layers": {"Layers": []},
    "kmsKeyArn": {"KMSKeyArn": ""},
    "deadLetterConfig": {"DeadLetterConfig": {"TargetArn": ""}},
    "description": {"Description": ""},
    "tracingConfig": {"TracingConfig": {"Mode": "PassThrough"}},
    "loggingConfig": {"LoggingConfig": {"LogFormat": "Text"}},
    "vpcConfig": {"VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []}},
}
_NOT_UPDATED = frozenset({"packageType", "publish", "architectures", "codeSigningConfigArn", "publishTo"})


def _lambda(session: Session, props: Props) -> Any:
    return session.client("lambda", region_of(props))


def _code(props: Props) -> dict[str, Any]:
    archive = props.get("code")
    if isinstance(archive, Asset):
        return {"ZipFile": zipped(archive)}
    if props.get("imageUri"):
        return {"ImageUri": props["imageUri"]}
    places = {"S3Bucket": "s3Bucket", "S3Key": "s3Key", "S3ObjectVersion": "s3ObjectVersion"}
    found = {member: props[name] for member, name in places.items() if props.get(name)}
    if not found:
        raise ProviderError("a function needs its code: give `code` (an archive), or `s3Bucket` and `s3Key`")
    return found


def _create(session: Session, props: Props) -> str:
    client = _lambda(session, props)
    params = request(client, "CreateFunction", props, rename=_RENAME, skip=_CODE | _OURS)
    client.create_function(**params, Code=_code(props), Tags=props["tagsAll"])
    _reserve(client, props)
    return props["name"]


def _reserve(client: Any, props: Props) -> None:
    reserved = props.get("reservedConcurrentExecutions", -1)
    if reserved >= 0:
        client.put_function_concurrency(FunctionName=props["name"], ReservedConcurrentExecutions=reserved)


def _read(session: Session, name: str, state: Props) -> Props | None:
    answer = _lambda(session, state).get_function(FunctionName=name)
    found = answer["Configuration"]
    arn, digest = found["FunctionArn"], found["CodeSha256"]
    region = arn.split(":")[3]
    invoke = f"arn:{session.partition}:apigateway:{region}:lambda:path/2015-03-31/functions"
    kind = schema.resource_type(_TOKEN)
    vpc = found.pop("VpcConfig", None) or {}
    if vpc.get("SubnetIds"):
        found["VpcConfig"] = vpc
    told = properties({**kind.inputs, **kind.outputs}, found, rename=_RENAME)
    return {
        **told,
        "name": name,
        "arn": arn,
        "qualifiedArn": f"{arn}:{found['Version']}",
        "invokeArn": f"{invoke}/{arn}/invocations",
        "qualifiedInvokeArn": f"{invoke}/{arn}:{found['Version']}/invocations",
        "codeSha256": digest,
        "sourceCodeHash": state.get("sourceCodeHash") or digest,
        "sourceCodeSize": found["CodeSize"],
        "layers": [layer["Arn"] for layer in found.get("Layers", [])],
        "environment": told.get("environment"),
        "deadLetterConfig": told.get("deadLetterConfig"),
        "kmsKeyArn": found.get("KMSKeyArn"),
        "reservedConcurrentExecutions": answer.get("Concurrency", {}).get("ReservedConcurrentExecutions", -1),
        "signingJobArn": "",
        "signingProfileVersionArn": "",
        "tagsAll": answer.get("Tags", {}),
    }


def _update(session: Session, name: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    client = _lambda(session, state)
    configured = changed - _CODE - _OURS - _NOT_UPDATED - {"tags", "tagsAll"}
    if configured:
        skip = _CODE | _OURS | _NOT_UPDATED
        wanted = {key: props[key] for key in configured | {"name"} if props.get(key) is not None}
        params = request(client, "UpdateFunctionConfiguration", wanted, rename=_RENAME, skip=skip)
        for gone in configured - wanted.keys():
            params |= _CLEARED.get(gone, {})
        client.update_function_configuration(**params)
    if changed & (_CODE | {"architectures"}):
        architectures = {"Architectures": props["architectures"]} if props.get("architectures") else {}
        client.update_function_code(FunctionName=name, **_code(props), **architectures)
    if "reservedConcurrentExecutions" in changed:
        client.delete_function_concurrency(FunctionName=name)
        _reserve(client, {**props, "name": name})
    if changed & {"tags", "tagsAll"}:
        _TAGS.change(client, name, state, props["tagsAll"])


def _delete(session: Session, name: str, state: Props) -> None:
    if not state.get("skipDestroy"):
        _lambda(session, state).delete_function(FunctionName=name)


def _check(props: Props) -> dict[str, str]:
    given = [name for name in ("code", "s3Bucket", "imageUri") if props.get(name) is not None]
    if len(given) != 1:
        both = f"got {', '.join(given)}" if given else "got none"
        return {"code": f"one of 'code', 's3Bucket' and 'imageUri' must be given, {both}"}
    if props.get("code") is not None and not isinstance(props["code"], Asset):
        return {"code": "'code' must be an archive (AssetArchive or FileArchive)"}
    return {}


ROWS = (
    Resource(
        token=_TOKEN,
        naming=Naming(longest=64),
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
        defaults={
            "memorySize": 128,
            "timeout": 3,
            "packageType": "Zip",
            "publish": False,
            "reservedConcurrentExecutions": -1,
            "skipDestroy": False,
        },
        replaces=frozenset({"name"}),
        check=_check,
    ),
)
