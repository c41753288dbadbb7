from __future__ import annotations

from typing import Annotated

from pydantic import Field

from configs.sections.base import PositiveInt, Section


class SizeFitRange(Section):
    employees: tuple[int, int]
    budget_share: float


class SizeFit(SizeFitRange):
    products: dict[str, SizeFitRange]


class Prescreen(Section):
    min_size_fit: float
    min_budget_share: float


class Features(Section):
    window_days: list[PositiveInt]
    max_activity_kinds: int
    min_activity_kind_rows: int
    track_record_days: PositiveInt
    landmark_age_days: list[PositiveInt]
    rfm_window_days: PositiveInt
    customer_snapshot_day: Annotated[int, Field(ge=1, le=28)]
    lead_ttl_days: PositiveInt
    customer_ttl_days: PositiveInt
    channel_ttl_days: PositiveInt
    size_fit: SizeFit
    credit_hold_overdue_invoices: PositiveInt
    prescreen: Prescreen
    memory_limit_mb: PositiveInt
    chunk_rows: PositiveInt
