"""How satisfied the customer is, and how much contact there was."""

from __future__ import annotations

from features.asof import Table, Tables, counted, joined, latest, newest, visible_rows
from features.moments import DAY_SECONDS, seconds_between
from features.schema import Feature, number
from features.shape import FeatureShape

CONTACT_DAYS = 90


def customer_ratings(tables: Tables, spine: Table, shape: FeatureShape) -> Table:
    """Ratings within the window of R, F and M; the last one ever."""
    days = shape.rfm_days
    seen = visible_rows(spine, tables["ratings"], "customer_id", ["score", "rated_at", "recorded_at", "change_seq"])
    within = seconds_between(seen.as_of, seen.rated_at) < days * DAY_SECONDS
    aggregated = seen.group_by(["entity_id", "as_of"]).aggregate(
        **{f"rating_mean_{days}d": seen.score.cast("float64").mean(where=within), f"rating_count_{days}d": within.sum()}
    )
    last = latest(seen, [newest(seen.rated_at), newest(seen.recorded_at), newest(seen.change_seq)])
    whole = counted(spine, aggregated, [f"rating_count_{days}d"])
    return joined(whole, [last.select("entity_id", "as_of", rating_last=last.score)])


def customer_contacts(tables: Tables, spine: Table) -> Table:
    """Activities recorded for the customer itself."""
    seen = visible_rows(spine, tables["activities"], "customer_id", ["occurred_at"])
    age = seconds_between(seen.as_of, seen.occurred_at)
    aggregated = seen.group_by(["entity_id", "as_of"]).aggregate(
        **{
            f"contact_count_{CONTACT_DAYS}d": (age < CONTACT_DAYS * DAY_SECONDS).sum(),
            "contact_last_days": age.min().cast("float64") / float(DAY_SECONDS),
        }
    )
    return counted(spine, aggregated, [f"contact_count_{CONTACT_DAYS}d"])


def catalogue(shape: FeatureShape) -> list[Feature]:
    """Satisfaction and contact."""
    days = shape.rfm_days
    return [
        number(f"rating_mean_{days}d", f"Mean rating, last {days} days", f"近{days}天平均评分", "points"),
        number(f"rating_count_{days}d", f"Ratings, last {days} days", f"近{days}天评分次数", "ratings"),
        number("rating_last", "Last rating", "最近评分", "points"),
        number(
            f"contact_count_{CONTACT_DAYS}d",
            f"Contacts, last {CONTACT_DAYS} days",
            f"近{CONTACT_DAYS}天联系次数",
            "activities",
        ),
        number("contact_last_days", "Days since the last contact", "距上次联系天数", "days"),
    ]
