from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from configs.sections.base import PositiveInt, Section, Share


class DriftLine(Section):
    min_score_change: Share
    min_unfamiliar_share: Share


class PerformanceLine(Section):
    max_auc_drop: Share
    max_ece: Share
    must_beat_base_rate: bool


class Retraining(Section):
    start: Literal["propose", "train"]
    level: Literal["follow", "keep"]
    min_days_between: Annotated[int, Field(ge=0)]
    drift: DriftLine
    performance: PerformanceLine
    max_age_days: PositiveInt
    min_new_leads: PositiveInt
    min_new_share: Annotated[float, Field(gt=0)]
