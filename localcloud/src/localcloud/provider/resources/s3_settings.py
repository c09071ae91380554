"""What a bucket has besides itself; each setting is a resource whose id is the bucket's name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.provider import schema
from localcloud.provider.resource import Resource
from localcloud.provider.resources.s3_rules import (
    lifecycle_from_api,
    lifecycle_to_api,
    notification_from_api,
    notification_to_api,
)
from localcloud.provider.session import Session, region_of
from localcloud.provider.shapes import properties, request
from localcloud.provider.values import Props

Convert = Callable[[dict[str, Any]], dict[str, Any]]


def _as_is(value: dict[str, Any]) -> dict[str, Any]:
    return value


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting: `Put<Name>`, `Get<Name>`, and how it is taken back."""

    token: str
    name: str
    """The operations' name after the verb: `BucketVersioning`."""
    wrapper: str
    """The parameter of put that holds it all; empty where the answer itself is the setting."""
    undo: Callable[[Any, str, Props], object]
    told_in: str | None = None
    """The member of get's answer that holds the setting; None: the answer itself."""
    rename: Mapping[str, str] | None = None
    to_api: Convert = _as_is
    from_api: Convert = _as_is
    documents: frozenset[str] = frozenset()
    always: bool = False
    """An empty answer does not mean that the setting is gone."""

    def resource(self) -> Resource:
        """Return the row."""
        return Resource(
            token=self.token,
            create=self._create,
            read=self._read,
            update=lambda session, name, state, props, changed: self._put(session, props),
            delete=lambda session, name, state: self.undo(session.client("s3", region_of(state)), name, state),
            documents=self.documents,
        )

    def _create(self, session: Session, props: Props) -> str:
        self._put(session, props)
        return props["bucket"]

    def _put(self, session: Session, props: Props) -> None:
        client = session.client("s3", region_of(props))
        operation = f"Put{self.name}"
        model = client.meta.service_model.operation_model(operation)
        own = self.to_api({key: value for key, value in props.items() if key not in ("bucket", "region")})
        params: dict[str, Any] = {"Bucket": props["bucket"]}
        owner = own.pop("expectedBucketOwner", None)
        if owner is not None:
            params["ExpectedBucketOwner"] = owner
        if not self.wrapper:
            params |= request(client, operation, own, rename=self.rename or {}, skip=frozenset())
        else:
            params |= request(client, operation, {self.wrapper: own}, rename=self.rename or {}, skip=frozenset())
        getattr(client, _method(model.name))(**params)

    def _read(self, session: Session, name: str, state: Props) -> Props | None:
        client = session.client("s3", region_of(state))
        answer = getattr(client, _method(f"Get{self.name}"))(Bucket=name)
        told = self.from_api(answer if self.told_in is None else answer.get(self.told_in) or {})
        if not self.always and not told.keys() - {"ResponseMetadata"}:
            return None
        kind = schema.resource_type(self.token)
        return {"bucket": name, **properties(kind.inputs, told, rename=self.rename or {})}


def _method(operation: str) -> str:
    from botocore import xform_name

    return xform_name(operation)


def _suspend(client: Any, name: str, state: Props) -> None:
    if (state.get("versioningConfiguration") or {}).get("status") == "Enabled":
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})


ROWS = tuple(
    setting.resource()
    for setting in (
        Setting(
            token="aws:s3/bucketVersioning:BucketVersioning",
            name="BucketVersioning",
            wrapper="VersioningConfiguration",
            undo=_suspend,
            to_api=lambda own: {**own.pop("versioningConfiguration"), **own},
            from_api=lambda answer: (
                {"VersioningConfiguration": {"Status": answer["Status"]}} if "Status" in answer else {}
            ),
        ),
        Setting(
            token=("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"),
            name="BucketEncryption",
            wrapper="ServerSideEncryptionConfiguration",
            told_in="ServerSideEncryptionConfiguration",
            undo=lambda client, name, state: client.delete_bucket_encryption(Bucket=name),
        ),
        Setting(
            token="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            name="PublicAccessBlock",
            wrapper="PublicAccessBlockConfiguration",
            told_in="PublicAccessBlockConfiguration",
            to_api=lambda own: {key: value for key, value in own.items() if key != "skipDestroy"},
            undo=lambda client, name, state: client.delete_public_access_block(Bucket=name),
        ),
        Setting(
            token="aws:s3/bucketOwnershipControls:BucketOwnershipControls",
            name="BucketOwnershipControls",
            wrapper="OwnershipControls",
            told_in="OwnershipControls",
            undo=lambda client, name, state: client.delete_bucket_ownership_controls(Bucket=name),
        ),
        Setting(
            token="aws:s3/bucketPolicy:BucketPolicy",
            name="BucketPolicy",
            wrapper="",
            documents=frozenset({"policy"}),
            undo=lambda client, name, state: client.delete_bucket_policy(Bucket=name),
        ),
        Setting(
            token="aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            name="BucketLifecycleConfiguration",
            wrapper="LifecycleConfiguration",
            to_api=lifecycle_to_api,
            from_api=lifecycle_from_api,
            undo=lambda client, name, state: client.delete_bucket_lifecycle(Bucket=name),
        ),
        Setting(
            token="aws:s3/bucketLogging:BucketLogging",
            name="BucketLogging",
            wrapper="BucketLoggingStatus",
            told_in="LoggingEnabled",
            to_api=lambda own: {"LoggingEnabled": own},
            undo=lambda client, name, state: client.put_bucket_logging(Bucket=name, BucketLoggingStatus={}),
        ),
        Setting(
            token="aws:s3/bucketNotification:BucketNotification",
            name="BucketNotificationConfiguration",
            always=True,  # moto does not tell whether events go to EventBridge
            wrapper="NotificationConfiguration",
            rename={
                "lambdaFunctions": "LambdaFunctionConfigurations",
                "queues": "QueueConfigurations",
                "topics": "TopicConfigurations",
                "eventbridge": "EventBridgeConfiguration",
            },
            to_api=notification_to_api,
            from_api=notification_from_api,
            undo=lambda client, name, state: client.put_bucket_notification_configuration(
                Bucket=name, NotificationConfiguration={}
            ),
        ),
    )
)
