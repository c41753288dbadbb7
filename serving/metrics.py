"""Our own figures in `/metrics`, beside those that BentoML keeps of rates and durations.

BentoML sets PROMETHEUS_MULTIPROC_DIR before it imports the service in a worker; the figures of all workers are summed.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

SCORES = Counter("funnelcast_scores", "Scores given", ["entity", "model_version"])
UNSCORED = Counter("funnelcast_unscored", "Leads and customers asked for that got no score", ["entity", "code"])
DEGRADED = Counter("funnelcast_degraded_scores", "Scores from features older than they should be", ["entity"])
ERRORS = Counter("funnelcast_errors", "Error answers", ["code"])
REQUESTS = Counter("funnelcast_requests", "Requests answered", ["route", "status"])
REQUEST_SECONDS = Histogram(
    "funnelcast_request_seconds",
    "From a request's arrival to its answer",
    ["route"],
    buckets=[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
)
UNDER_WAY = Gauge("funnelcast_requests_under_way", "Requests not answered yet", multiprocess_mode="livesum")
WAIT_SECONDS = Histogram(
    "funnelcast_wait_seconds",
    "From a request's arrival to its turn in a working thread",
    buckets=[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 5],
)
SHED = Counter("funnelcast_shed", "Requests refused under overload", ["reason"])
CIRCUIT_OPEN = Gauge(
    "funnelcast_circuit_open", "1 for a store that is not asked now", ["store"], multiprocess_mode="livemax"
)
FEATURE_AGE_SECONDS = Histogram(
    "funnelcast_feature_age_seconds",
    "Age of the features that were scored",
    ["entity"],
    buckets=[5, 60, 600, 3600, 21600, 86400, 172800, 604800, 2592000],
)
SHADOW_SCORES = Counter("funnelcast_shadow_scores", "Scores by a challenger, never answered", ["model_version"])
PROBABILITY = Histogram(
    "funnelcast_probability", "Scored probabilities", ["model"], buckets=[edge / 10 for edge in range(1, 11)]
)
RECEIPTS_WRITTEN = Counter("funnelcast_receipts_written", "Receipts stored")
RECEIPTS_DROPPED = Counter("funnelcast_receipts_dropped", "Receipts lost: the queue was full, or not stored at a stop")
RECEIPTS_PENDING = Gauge("funnelcast_receipts_pending", "Receipts not stored yet", multiprocess_mode="livesum")
REFRESH_SECONDS = Histogram(
    "funnelcast_refresh_seconds",
    "From an event to the new features of what it touched",
    ["entity"],
    buckets=[0.5, 1, 2, 3, 4, 5, 7.5, 10, 30, 60],
)
REFRESHES_PENDING = Gauge(
    "funnelcast_refreshes_pending", "Leads and customers that wait for new features", multiprocess_mode="livesum"
)
REFRESHES_DROPPED = Counter(
    "funnelcast_refreshes_dropped", "Leads and customers left to the next build: the queue was full, or a stop"
)
WEBHOOKS = Counter("funnelcast_webhooks", "Attempts to deliver a webhook", ["outcome"])
MODEL_LOADED = Gauge(
    "funnelcast_model_loaded", "1 for the version that scores", ["model", "version"], multiprocess_mode="livemax"
)
MODEL_REFUSED = Counter("funnelcast_model_refused", "Champions that were not loaded because a check failed", ["model"])
