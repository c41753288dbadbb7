from __future__ import annotations

from typing import Annotated

from pydantic import Field

from configs.sections.base import PositiveInt, Section, Share


class MixRules(Section):
    dimensions: Annotated[list[str], Field(min_length=1)]
    samples: PositiveInt
    region: Annotated[list[str], Field(min_length=1)]
    min_seen: PositiveInt


class LiveRules(Section):
    history_days: PositiveInt
    keep_days: PositiveInt
    weeks: PositiveInt
    min_leads: PositiveInt
    min_wins: PositiveInt
    max_weight: Annotated[float, Field(ge=1)]
    samples: PositiveInt
    list_days: PositiveInt
    lists: PositiveInt
    list_top_share: Share


class ReviewRules(Section):
    grace_days: Annotated[int, Field(ge=0, le=27)]
    alpha: Share
    min_rows: PositiveInt
    min_change: Share
    min_days: Annotated[float, Field(ge=0)]
    min_filled: Share
    min_confidence: Share


class Monitoring(Section):
    current_days: PositiveInt
    reference_days: PositiveInt
    alpha: Share
    min_rows: PositiveInt
    psi_bins: Annotated[int, Field(ge=2)]
    psi_floor: Annotated[float, Field(ge=0)]
    shift_floor_sd: Annotated[float, Field(ge=0)]
    missing_floor: Annotated[float, Field(ge=0)]
    max_report_rows: PositiveInt
    max_report_columns: PositiveInt
    priority_rows: PositiveInt
    mix: MixRules
    live: LiveRules
    review: ReviewRules
