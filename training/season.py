"""A season says nothing before the year has come round once: until then the month is the same thing as time itself.

In the first year of a history the months to come have not been seen, and those that were stand for how young it was; a
model then takes next January for the last one, when all customers were new.
"""

from __future__ import annotations

import numpy as np

from training.dataset import Dataset

CALENDAR_COLUMNS = ("as_of_month", "month_sin", "month_cos", "days_to_year_end")
YEAR = np.timedelta64(365, "D")


def has_come_round(past: Dataset) -> bool:
    """Whether the rows' moments span a year, so that every season was seen once."""
    return bool(past.as_of.max() - past.as_of.min() >= YEAR)


def unseen_seasons(past: Dataset) -> list[str]:
    """Calendar columns to leave out: all of them while the moments of customers' rows span less than a year."""
    if past.is_by_entity or has_come_round(past):
        return []
    names = {feature.name for feature in past.features}
    return [name for name in CALENDAR_COLUMNS if name in names]
