from __future__ import annotations

from typing import Annotated

from pydantic import Field

from configs.sections.base import PositiveInt, Section, Share

Seconds = Annotated[float, Field(gt=0)]


class Webhooks(Section):
    allow_private_addresses: bool
    timeout_seconds: Seconds
    batch: PositiveInt
    max_attempts: PositiveInt
    first_retry_seconds: Seconds
    max_retry_seconds: Seconds
    poll_seconds: Seconds
    threads: PositiveInt


class Exchange(Section):
    idempotency_days: PositiveInt
    max_ahead_minutes: PositiveInt
    events_waiting: PositiveInt
    refresh_queue_size: PositiveInt
    refresh_batch: PositiveInt
    refresh_pause_seconds: Seconds
    min_score_change: Share
    page_size: PositiveInt
    max_page_size: PositiveInt
    webhooks: Webhooks
