# The image of the jobs: ingest, validate, features, train, evaluate, gate. `trainyard image build` builds it, for CPUs
# (kind training) and, with another lock and another NVIDIA_VISIBLE_DEVICES, for GPUs (kind training-gpu); by hand:
#
#     docker build -f containers/training.Dockerfile -t recommender-training .
#
# SageMaker runs it as `docker run IMAGE train`; processing jobs name their own command, `python -m recommender STEP`.
# Only /opt/ml and /tmp are written to, so it runs with a read-only root.
ARG BASE=docker.io/library/python:3.11-slim-bookworm

FROM ${BASE} AS builder
ARG LOCK=training.lock
COPY requirements/sbom.lock requirements/${LOCK} /build/
COPY containers/unprivileged.py containers/unprivileged.pth /build/
# The secrets are pip's settings and the certificates of the machine that builds, where it needs any; they stay out.
RUN --mount=type=secret,id=pip,target=/etc/pip.conf --mount=type=secret,id=ca,target=/run/secrets/ca.pem \
    python3 -m venv /build/tools \
    && python3 -m venv --without-pip /opt/venv \
    && export PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_REQUIRE_HASHES=1 PIP_NO_DEPS=1 PIP_ONLY_BINARY=:all: \
    && /build/tools/bin/python -m pip install --quiet -r /build/sbom.lock \
    && /build/tools/bin/python -m pip --python /opt/venv/bin/python install --quiet -r "/build/${LOCK}" \
    && cp /build/unprivileged.* "$(/opt/venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
    && mkdir -p /opt/sbom \
    && /build/tools/bin/cyclonedx-py environment --output-reproducible --output-format JSON \
       --output-file /opt/sbom/python.cdx.json /opt/venv/bin/python
COPY src/trainyard/__init__.py /opt/service/trainyard/__init__.py
COPY src/trainyard/gate /opt/service/trainyard/gate
COPY src/recommender /opt/service/recommender
# A training run records the hash of what it was installed from.
COPY requirements/${LOCK} /opt/service/requirements.lock
# Compiled here: nothing can be written where it runs, and a job pays for its imports every time.
RUN /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/service

# `--target sbom --output DIR` leaves the bill of materials beside the image.
FROM scratch AS sbom
COPY --from=builder /opt/sbom /

FROM ${BASE} AS training
ARG BASE
ARG REVISION=unknown
ARG NVIDIA_VISIBLE_DEVICES=void
# Who the container starts as. SageMaker asks for root: "expects all containers to run with root users … users that do
# not have root-level access can cause permissions issues" (developer guide, "Custom Inference Code with Hosting
# Services"), and mounts folders that only root can write to (sagemaker-python-sdk issue 4764). So what is built for
# SageMaker is built with START_AS=root, and every Python in it becomes RUN_AS before anything else: unprivileged.py.
ARG START_AS=10001
LABEL org.opencontainers.image.title="recommender, training" \
      org.opencontainers.image.description="The steps of a training run under SageMaker's container contract" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="${BASE}" \
      org.opencontainers.image.revision="${REVISION}"
RUN groupadd --gid 10001 service \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin service \
    && install --directory --owner=10001 --group=10001 /opt/ml
COPY --from=builder /opt/sbom /usr/share/sbom
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /opt/service /opt/service
ENV PATH=/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PYTHONPATH=/opt/service \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    RUN_AS=10001 \
    NVIDIA_VISIBLE_DEVICES=${NVIDIA_VISIBLE_DEVICES} \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER ${START_AS}
WORKDIR /tmp
# A job has nothing to ask; this says that interpreter, packages and code fit together. SageMaker does not look at it.
HEALTHCHECK --interval=60s --timeout=20s CMD ["python", "-m", "recommender", "--help"]
ENTRYPOINT ["python", "-m", "recommender"]
CMD ["train"]
