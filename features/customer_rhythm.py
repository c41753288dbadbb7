"""How regularly the customer buys, and whether the next order is late by its own measure."""

from __future__ import annotations

import ibis

from features.asof import Table, counted
from features.moments import DAY_SECONDS, seconds_between
from features.schema import Feature, number
from features.shape import FeatureShape


def customer_rhythm(orders: Table, spine: Table) -> Table:
    """Gaps between purchases over all time, and the delay of the next. `orders`: see `customer_orders.order_rows`.

    The mean gap needs two purchases, the standard deviation (n - 1) three.
    """
    bought = orders.filter(orders.is_purchase)
    in_order = ibis.window(
        group_by=["entity_id", "as_of"],
        order_by=[ibis.asc(bought.ordered_at), ibis.asc(bought.recorded_at), ibis.asc(bought.change_seq)],
    )
    before = bought.mutate(previous_at=bought.ordered_at.lag().over(in_order))
    day = float(DAY_SECONDS)
    timed = before.mutate(gap_days=seconds_between(before.ordered_at, before.previous_at).cast("float64") / day)
    aggregated = timed.group_by(["entity_id", "as_of"]).aggregate(
        gap_mean_days=timed.gap_days.mean(),
        gap_std_days=timed.gap_days.std(how="sample"),
        tenure_days=timed.age.max().cast("float64") / day,
        last_days=timed.age.min().cast("float64") / day,
    )
    whole = counted(spine, aggregated, [])
    return whole.mutate(
        late_days=whole.last_days - whole.gap_mean_days,
        late_ratio=whole.last_days / whole.gap_mean_days.nullif(0),
    ).drop("last_days")


def catalogue(_shape: FeatureShape) -> list[Feature]:
    """Gaps, tenure and delay."""
    return [
        number("gap_mean_days", "Mean days between orders", "平均下单间隔天数", "days"),
        number("gap_std_days", "Spread of days between orders", "下单间隔波动天数", "days"),
        number("tenure_days", "Days since the first order", "首次下单至今天数", "days"),
        number("late_days", "Days later than usual", "比平常晚的天数", "days"),
        number("late_ratio", "Days since the last order against the usual gap", "距上次下单天数与平均间隔之比"),
    ]
