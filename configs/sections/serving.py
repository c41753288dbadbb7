from __future__ import annotations

from typing import Annotated

from pydantic import Field

from configs.sections.base import PositiveInt, Section


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
