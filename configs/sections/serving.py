from __future__ import annotations

from typing import Annotated

from pydantic import Field

from configs.sections.base import PositiveInt, Section, Share

Seconds = Annotated[float, Field(gt=0)]


class Serving(Section):
    host: str
    port: Annotated[int, Field(gt=0, lt=65536)]
    workers: PositiveInt
    max_body_bytes: PositiveInt
    body_timeout_seconds: Annotated[float, Field(gt=0)]
    max_entities: PositiveInt
    receipt_flush_seconds: Annotated[float, Field(gt=0)]
    receipt_queue_size: PositiveInt
    key_cache_seconds: Annotated[float, Field(ge=0)]
    model_poll_seconds: Annotated[float, Field(gt=0)]
    queue_size: PositiveInt
    max_wait_seconds: Seconds
    bulk_entities: PositiveInt
    max_bulk_wait_seconds: Seconds
    rate_per_second: Seconds
    rate_burst: Annotated[float, Field(ge=1)]
    store_timeout_seconds: Seconds
    breaker_failures: PositiveInt
    breaker_pause_seconds: Seconds
    key_first_timeout_seconds: Seconds
    key_grace_seconds: Annotated[float, Field(ge=0)]
    shadow_share: Share
    trace_endpoint: str | None
