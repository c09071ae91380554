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
import moto.sts.utils
from moto.core.base_backend import BackendDict
from moto.core.config import default_user_config
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

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


def application() -> Callable[..., Any]:
    """Return moto's WSGI application of all services."""
    return DomainDispatcherApplication(create_backend_app)


def random_source() -> Any:
    """Return the generator that moto draws all its ids from."""
    return mock_random


def reset() -> None:
    """Forget everything moto knows."""
    BackendDict.reset()
