from __future__ import annotations

from typing import Literal

from configs.sections.base import PositiveInt, Section, Share


class Scoring(Section):
    grade_shares: dict[Literal["A", "B", "C"], Share]
    max_reasons: PositiveInt
    batch_reasons: PositiveInt
    score_ttl_hours: PositiveInt
    trend_threshold: float
