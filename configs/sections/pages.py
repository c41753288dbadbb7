from __future__ import annotations

from typing import Annotated

from pydantic import Field

from configs.sections.base import PositiveInt, Section

Seconds = Annotated[float, Field(gt=0)]


class Pages(Section):
    min_password_length: Annotated[int, Field(ge=8, le=100)]
    idle_minutes: PositiveInt
    session_hours: PositiveInt
    attempts_before_wait: PositiveInt
    first_wait_seconds: Seconds
    max_wait_seconds: Seconds
    forget_attempts_hours: PositiveInt
    address_factor: PositiveInt
    proxy_hops: Annotated[int, Field(ge=0, le=5)]
    figures_seconds: Seconds
    page_rows: Annotated[int, Field(gt=0, le=500)]
    max_wait_for_page_seconds: Seconds
    explore_rows: Annotated[int, Field(gt=0, le=1_000_000)]
    incident_days: PositiveInt
