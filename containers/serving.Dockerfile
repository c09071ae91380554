# The image that answers requests: `docker run IMAGE serve` with a model in /opt/ml/model, as SageMaker does it.
# `trainyard image build` builds it (kind serving); by hand:
#
#     docker build -f containers/serving.Dockerfile -t recommender-serving .
#
# It listens on 8080, or where SAGEMAKER_BIND_TO_PORT says. It writes nowhere, so it runs with a read-only root.
ARG BASE=docker.io/library/python:3.11-slim-bookworm

FROM ${BASE} AS builder
ARG LOCK=serving.lock
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
COPY containers/healthcheck.py /opt/service/healthcheck.py
COPY src/recommender /opt/service/recommender
# Compiled here: nothing can be written where it runs, and a server should answer /ping soon.
RUN /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/service

# `--target sbom --output DIR` leaves the bill of materials beside the image.
FROM scratch AS sbom
COPY --from=builder /opt/sbom /

FROM ${BASE} AS serving
ARG BASE
ARG REVISION=unknown
# Who the container starts as; why SageMaker gets START_AS=root is in training.Dockerfile. Either way the server is
# RUN_AS before it reads or listens: unprivileged.py.
ARG START_AS=10001
LABEL org.opencontainers.image.title="recommender, serving" \
      org.opencontainers.image.description="Recommendations over HTTP under SageMaker's container contract" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="${BASE}" \
      org.opencontainers.image.revision="${REVISION}" \
      com.amazonaws.sagemaker.capabilities.accept-bind-to-port=true
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
    RUN_AS=10001
USER ${START_AS}
WORKDIR /tmp
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["python", "-m", "healthcheck"]
ENTRYPOINT ["python", "-m", "recommender"]
CMD ["serve"]
