"""The provider as Pulumi's plugin protocol: decode, call, encode; an error becomes one line.

Not built on `pulumi.provider.experimental`: that drops old inputs from a diff and asset hashes from values, cannot
say that a resource was half made, and puts a traceback into every error.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import grpc
from google.protobuf import any_pb2, empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from localcloud.provider import schema
from localcloud.provider.configuration import configure
from localcloud.provider.diff import Difference, top_level
from localcloud.provider.errors import ConfigurationError, CreateFailed, ProviderError, describe
from localcloud.provider.invokes import invoke
from localcloud.provider.provider import Provider
from localcloud.provider.values import Props, decode_map, encode_map

_KINDS = provider_pb2.PropertyDiff
_PLAIN = {"add": _KINDS.ADD, "delete": _KINDS.DELETE, "update": _KINDS.UPDATE}
_REPLACING = {"add": _KINDS.ADD_REPLACE, "delete": _KINDS.DELETE_REPLACE, "update": _KINDS.UPDATE_REPLACE}

Method = TypeVar("Method", bound=Callable[..., Any])


def _one_line(method: Method) -> Method:
    def answer(self: Any, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except CreateFailed as error:
            return _abort_half_made(context, error)
        except ConfigurationError as error:
            return context.abort(grpc.StatusCode.FAILED_PRECONDITION, describe(error))
        except Exception as error:
            return context.abort(grpc.StatusCode.UNKNOWN, describe(error))

    return cast(Method, answer)


def _abort_half_made(context: grpc.ServicerContext, error: CreateFailed) -> None:
    detail = provider_pb2.ErrorResourceInitFailed(
        id=error.resource_id, properties=encode_map(error.outputs), reasons=[describe(error)]
    )
    packed = any_pb2.Any()
    packed.Pack(detail)
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=describe(error), details=[packed])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, describe(error))


def _where(urn: str) -> tuple[str, str]:
    """Return the type token and the logical name of a URN."""
    parts = urn.split("::")
    return parts[2].rsplit("$", 1)[-1], "::".join(parts[3:])


def _encode(token: str, values: Props) -> Any:
    return encode_map(values, schema.resource_type(token).secrets)


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """One plugin process; configured once, then called from many threads."""

    def __init__(self, provider: Provider | None = None) -> None:
        self._configured = provider

    @property
    def _provider(self) -> Provider:
        if self._configured is None:
            raise ProviderError("the provider was not configured")
        return self._configured

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Say which version of pulumi-aws this stands in for."""
        return plugin_pb2.PluginInfo(version=schema.version())

    @_one_line
    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Accept the configuration; `Configure` judges it."""
        return provider_pb2.CheckResponse(inputs=request.news)

    @_one_line
    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Say that a change of configuration changes no resource by itself."""
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    @_one_line
    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Build the session, or refuse."""
        self._configured = Provider(configure(decode_map(request.args)))
        return provider_pb2.ConfigureResponse(acceptSecrets=False, supportsPreview=True, acceptResources=False)

    @_one_line
    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Complete and judge the inputs of a resource."""
        token, name = _where(request.urn)
        old, new = decode_map(request.olds), decode_map(request.news)
        inputs, failures = self._provider.check(token, name, old, new, request.randomSeed)
        return provider_pb2.CheckResponse(
            inputs=encode_map(inputs),
            failures=[provider_pb2.CheckFailure(property=one.property, reason=one.reason) for one in failures],
        )

    @_one_line
    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Compare recorded with wanted inputs."""
        token, _ = _where(request.urn)
        old, new = decode_map(request.old_inputs), decode_map(request.news)
        found = self._provider.diff(token, old, decode_map(request.olds), new, list(request.ignoreChanges))
        return _diff_response(found, bool(found.replaces) and self._provider.deletes_first(token, old, new))

    @_one_line
    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Make a resource, or plan it."""
        token, name = _where(request.urn)
        made, outputs = self._provider.create(token, name, decode_map(request.properties), preview=request.preview)
        return provider_pb2.CreateResponse(id=made, properties=_encode(token, outputs))

    @_one_line
    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Read a resource; an empty answer says that it is gone."""
        token, _ = _where(request.urn)
        found = self._provider.read(token, request.id, decode_map(request.inputs), decode_map(request.properties))
        if found is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=found.resource_id, properties=_encode(token, found.outputs), inputs=encode_map(found.inputs)
        )

    @_one_line
    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Change a resource in place, or plan it."""
        token, name = _where(request.urn)
        outputs = self._provider.update(
            token,
            name,
            request.id,
            decode_map(request.old_inputs),
            decode_map(request.olds),
            decode_map(request.news),
            ignore=list(request.ignoreChanges),
            preview=request.preview,
        )
        return provider_pb2.UpdateResponse(properties=_encode(token, outputs))

    @_one_line
    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Delete a resource."""
        token, name = _where(request.urn)
        self._provider.delete(token, name, request.id, decode_map(request.properties))
        return empty_pb2.Empty()

    @_one_line
    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Call a function."""
        answer = invoke(self._provider.session, request.tok, decode_map(request.args))
        fields: dict[str, Any] = {"return": encode_map(answer)}  # a keyword of Python
        return provider_pb2.InvokeResponse(**fields)

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Let calls in flight end by themselves; each is short or watched by the engine."""
        return empty_pb2.Empty()


def _diff_response(found: Difference, deletes_first: bool) -> Any:
    if not found:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)
    detailed = {
        path: provider_pb2.PropertyDiff(
            kind=(_REPLACING if path in found.replaces else _PLAIN)[kind], inputDiff=path != "tagsAll"
        )
        for path, kind in found.paths.items()
    }
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME,
        diffs=sorted(found.names),
        replaces=sorted({top_level(path) for path in found.replaces}),
        deleteBeforeReplace=deletes_first,
        detailedDiff=detailed,
        hasDetailedDiff=True,
    )
