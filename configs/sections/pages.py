from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

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
    figures_max_age_seconds: Seconds
    warms_at_start: bool
    page_rows: Annotated[int, Field(gt=0, le=500)]
    max_wait_for_page_seconds: Seconds
    explore_rows: Annotated[int, Field(gt=0, le=1_000_000)]
    incident_days: PositiveInt

    @model_validator(mode="after")
    def _ages(self) -> Self:
        if self.figures_max_age_seconds < self.figures_seconds:
            raise ValueError("figures_max_age_seconds is at least figures_seconds")
        return self
