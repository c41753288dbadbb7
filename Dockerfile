# funnelcast's images: `docker build --target serving -t funnelcast .` (scores) or `--target training` (everything).
# The last stage holds no compiler, no pip cache and no test.

FROM python:3.11-slim-bookworm AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PATH=/app/.venv/bin:$PATH FUNNELCAST_HOME=/data \
    DO_NOT_TRACK=true BENTOML_DO_NOT_TRACK=true MLFLOW_DISABLE_TELEMETRY=true
# XGBoost and scikit-learn need the OpenMP runtime; the review pack's PDF needs Pango and a font with Chinese characters.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-wqy-microhei \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 funnelcast && mkdir /data && chown funnelcast /data
WORKDIR /app

FROM base AS build
COPY requirements.txt ./
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --no-deps -r requirements.txt
COPY pyproject.toml README.md ./
COPY configs configs
COPY crm_core crm_core
COPY features features
COPY scoring scoring
COPY training training
COPY serving serving
COPY monitoring monitoring
COPY funnelcast funnelcast
# The build back end goes into a folder of its own, so that the environment keeps only what runs.
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels . \
    && .venv/bin/pip install --no-cache-dir --no-deps /wheels/*.whl \
    && .venv/bin/pip uninstall -y pip

FROM base AS training
COPY --from=build /app/.venv .venv
USER 10001
VOLUME /data
ENTRYPOINT ["funnelcast"]
CMD ["--help"]

FROM base AS serving
COPY --from=build /app/.venv .venv
USER 10001
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=3s --start-period=40s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:3000/readyz', timeout=2)"]
ENTRYPOINT ["funnelcast"]
CMD ["serve", "--host", "0.0.0.0", "--port", "3000"]
