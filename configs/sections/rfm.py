from __future__ import annotations

from configs.sections.base import PositiveInt, Section


class RfmTier(Section):
    max_recency_days: PositiveInt
    min_frequency: PositiveInt
    min_monetary_ratio: float


class Rfm(Section):
    strategic: RfmTier
    growth: RfmTier
