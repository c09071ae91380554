"""moto, set up for this use: its settings, its random sources made repeatable, its application."""

import os
import types
from collections.abc import Callable
from typing import Any

os.environ.pop("MOTO_ACCOUNT_ID", None)
# AWS denies other accounts' buckets unless a policy says otherwise; moto's default is to allow them.
os.environ.setdefault("MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS", "false")

import moto.kms.utils
import moto.s3.models
import moto.sts.models
import moto.sts.utils
from moto.core.base_backend import AccountSpecificBackend, BackendDict
from moto.core.config import default_user_config
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from localcloud import bucket_policies

moto.s3.models.FakeBucket.get_permission = bucket_policies.permission  # type: ignore[method-assign]

default_user_config["iam"] = {"load_aws_managed_policies": True}
default_user_config["lambda"] = {"use_docker": False}


class _RepeatableOs(types.ModuleType):
    """The `os` module, but with `urandom` from moto's seeded source: keys and upload ids must survive a replay."""

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    @staticmethod
    def urandom(count: int) -> bytes:
        return mock_random.randbytes(count)


for _module in (moto.kms.utils, moto.s3.models, moto.sts.utils):
    _module.os = _RepeatableOs("os")  # type: ignore[attr-defined]


_told_by_moto = moto.sts.models.STSBackend.get_caller_identity


def _caller_identity(backend: Any, access_key_id: str, region: str) -> tuple[str, str, str]:
    """Return user id, ARN and account of a caller; a standing key, of which moto knows no user, is the root's."""
    user_id, arn, account = _told_by_moto(backend, access_key_id, region)
    if not arn.endswith(":user/moto"):
        return user_id, arn, account
    return account, f"arn:aws:iam::{account}:root", account


moto.sts.models.STSBackend.get_caller_identity = _caller_identity  # type: ignore[method-assign]


_open_backend = AccountSpecificBackend.__getitem__


def _open_backend_alike(backends: Any, region: str) -> Any:
    """Open a service's backend of a region with random numbers of its own.

    Some backends draw when they are opened (KMS makes AWS's keys), which happens at the first request, be it one that
    only reads. If that used up numbers of the request's own, a replay, which leaves reads out, would give other ids.
    """
    if dict.__contains__(backends, region):  # moto's own answers for every region there is
        return _open_backend(backends, region)
    state = mock_random.getstate()
    mock_random.seed(f"{backends.service_name} {backends.account_id} {region}")
    try:
        return _open_backend(backends, region)
    finally:
        mock_random.setstate(state)


AccountSpecificBackend.__getitem__ = _open_backend_alike  # type: ignore[method-assign]


class _Dispatcher(DomainDispatcherApplication):
    """moto's dispatcher, which remembers the service behind a host: finding it is a quarter of a request's time."""

    def __init__(self) -> None:
        super().__init__(create_backend_app)
        self._services: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        if host not in self._services:
            self._services[host] = super().get_backend_for_host(host)
        return self._services[host]


def application() -> Callable[..., Any]:
    """Return moto's WSGI application of all services."""
    return _Dispatcher()


def random_source() -> Any:
    """Return the generator that moto draws all its ids from."""
    return mock_random


def reset() -> None:
    """Forget everything moto knows."""
    BackendDict.reset()
