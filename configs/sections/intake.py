from __future__ import annotations

from configs.sections.base import PositiveInt, Section, Share


class Intake(Section):
    timezone: str
    currency: str
    chunk_rows: PositiveInt
    inspect_rows: PositiveInt
    max_category_values: PositiveInt
    max_text_length: PositiveInt
    max_reject_share: Share
    reject_share_from_rows: PositiveInt
    outcome_horizon_days: PositiveInt
