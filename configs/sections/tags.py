from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from configs.sections.base import PositiveInt, Section
from configs.sections.playbook import BothLanguages

TagFigure = Literal[
    "order_count", "average_order_cents", "average_order_ratio", "monetary_ratio", "category_count", "discounted_share",
    "top_category_share", "recency_days", "order_count_total", "contact_count", "call_share", "online_share",
    "visit_share", "inbound_share",
]  # fmt: skip


class Bounds(Section):
    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _bounds_something(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("a condition has min, max or both")
        return self


class Tag(BothLanguages):
    conditions: Annotated[dict[TagFigure, Bounds], Field(min_length=1)]
    talk_track: BothLanguages


class Tags(Section):
    window_days: PositiveInt
    contact_days: PositiveInt
    last_categories: PositiveInt
    min_discount_rate: float
    online_kinds: list[str]
    call_kinds: list[str]
    visit_kinds: list[str]
    tags: dict[str, Tag]
