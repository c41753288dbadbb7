"""Who the customer is, and what time of the year it is."""

from __future__ import annotations

import math

import ibis

from features.asof import Table, joined
from features.moments import day_number, days_between
from features.schema import Feature, category, number
from features.shape import FeatureShape

_UNKNOWN_BEFORE_YEAR = 1971  # an export without created_at places customers in 1970


def customer_profile(rows: Table, spine: Table) -> Table:
    """Profile and name, for every row of the spine; null where orders came without a customer record.

    `rows`: see entity_rows.
    """
    known = rows.created_at.notnull() & (rows.created_at.year() >= _UNKNOWN_BEFORE_YEAR)
    profile = rows.select(
        "entity_id",
        "as_of",
        "name",
        "region",
        "industry",
        "employee_count",
        annual_revenue=rows.annual_revenue_cents.cast("float64") / 100.0,
        known_days=known.ifelse(days_between(rows.as_of, rows.created_at), None),
    )
    return joined(spine.select("entity_id", "as_of"), [profile])


def calendar(spine: Table) -> Table:
    """The season, which dominates repeat purchases: month on a circle, days left in the year."""
    month = spine.as_of.month().cast("float64")
    angle = (month - 1.0) * (2.0 * math.pi / 12.0)
    year_end = ibis.timestamp(spine.as_of.year() + 1, 1, 1, 0, 0, 0)
    return spine.select(
        "entity_id",
        "as_of",
        as_of_month=month,
        month_sin=angle.sin(),
        month_cos=angle.cos(),
        days_to_year_end=(day_number(year_end) - day_number(spine.as_of)),
    )


def catalogue(_shape: FeatureShape) -> list[Feature]:
    """Profile and calendar."""
    return [
        category("region", "Region", "地区"),
        category("industry", "Industry", "行业"),
        number("employee_count", "Employees", "员工人数", "people"),
        number("annual_revenue", "Annual revenue", "年营业额", "currency"),
        number("known_days", "Days on record", "建档至今天数", "days"),
        number("as_of_month", "Month", "月份", "month"),
        number("month_sin", "Season (sine of the month)", "季节（月份正弦）"),
        number("month_cos", "Season (cosine of the month)", "季节（月份余弦）"),
        number("days_to_year_end", "Days to the end of the year", "距年末天数", "days"),
    ]
