"""The server: loads the model, then listens. SIGTERM stops listening, finishes what runs, and exits 0."""

import os
import signal
import time
from collections.abc import Mapping
from datetime import datetime

import uvicorn

from recommender.container import Container
from recommender.ranking.archive import read_model
from recommender.recommend import Recommenders
from recommender.serving.fresh import PROJECT, OnlineStore
from recommender.serving.log import log_line
from recommender.serving.service import Service

DRAIN_SECONDS = 20
"""SageMaker sends SIGKILL 30 seconds after SIGTERM."""


def serve(container: Container, environment: Mapping[str, str] = os.environ) -> None:
    """Serve the model of /opt/ml/model until SIGTERM."""
    start = time.perf_counter()
    version = environment.get("MODEL_VERSION", "unversioned")
    port = int(environment.get("SAGEMAKER_BIND_TO_PORT", "8080"))
    service = load_service(container, version, environment.get(PROJECT))
    log_line("loaded", model_version=version, port=port, seconds=round(time.perf_counter() - start, 3))
    config = uvicorn.Config(
        service.application(),
        host=environment.get("SAGEMAKER_BIND_TO_HOST", "0.0.0.0"),
        port=port,
        access_log=False,
        log_level="warning",
        lifespan="off",
        timeout_graceful_shutdown=DRAIN_SECONDS,
        server_header=False,
    )
    # Once it has drained, uvicorn raises the signal again for whoever handled it before: then all work is done.
    signal.signal(signal.SIGTERM, lambda *_: None)
    uvicorn.Server(config).run()
    log_line("stopped", model_version=version)


def load_service(container: Container, version: str, online_store_project: str | None = None) -> Service:
    """Read the model and answer once, so that the first caller does not pay for what is set up lazily."""
    model = read_model(container.model, threads=1)
    recommenders = Recommenders.of(model, model.states())
    for one in (recommenders.general, recommenders.discovery):
        one.recommend(one.state.customers[:1].tolist(), 1)
    store = OnlineStore(online_store_project, datetime.fromisoformat(str(model.document["served_at"])))
    return Service(recommenders, model.names(), version, str(model.document["data_hash"]), store)
