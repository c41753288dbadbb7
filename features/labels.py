"""What became of a row: labels, and the moment each became known.

    win     1 when a won event lies in (t, t + horizon], else 0
    churn   1 when an active customer buys nothing in (t, t + horizon]
    rfm     tier at t + horizon against tier at t: 0 down, 1 stays, 2 up

A label counts only when t + horizon <= as_of: otherwise fast outcomes would be over-represented.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import ibis
import numpy as np

from configs.settings import Settings
from features.asof import Fetch, Hold, Table, Tables, flag
from features.landmarks import current
from features.moments import DAY_SECONDS, micro, seconds_between
from features.rfm_tiers import TIERS
from features.shape import FeatureShape


def win_horizon_days(tables: Tables, shape: FeatureShape, settings: Settings, as_of: datetime, fetch: Fetch) -> int:
    """The configured horizon, or the quantile of the days from creation to the first won event, within its bounds."""
    rules = settings.training.win
    if rules.horizon_days is not None:
        return rules.horizon_days
    won = _won_events(tables, shape, as_of)
    first = won.group_by("lead_id").aggregate(won_at=won.entered_at.min())
    leads = current(tables["leads"], as_of)
    both = first.join(leads, first.lead_id == leads.lead_id)
    days = fetch(both.select(seconds=seconds_between(first.won_at, leads.created_at)))["seconds"].to_numpy()
    if not len(days):
        return rules.max_horizon_days
    quantile = float(np.quantile(days / DAY_SECONDS, rules.horizon_quantile, method="higher"))
    return min(max(math.ceil(quantile), rules.min_horizon_days), rules.max_horizon_days)


def win_labels(
    tables: Tables, landmarks: Table, shape: FeatureShape, horizon_days: int, as_of: datetime, hold: Hold
) -> Table:
    """(entity_id, as_of, group_started_at, label, known_at, max_known_at, weight) of the mature landmarks.

    known_at is the closing, or the end of the horizon where nothing closed; a lead that is won after having been lost
    counts as won. weight: 1 / mature landmarks of the lead.
    """
    mature = _mature(landmarks, horizon_days, as_of)
    events = current(tables["stage_events"], as_of)
    closing = hold(
        events.filter(events.stage.isin(list(shape.terminal_stages))).select("lead_id", "stage", "entered_at")
    )
    inside = mature.join(
        closing,
        [
            mature.entity_id == closing.lead_id,
            closing.entered_at > mature.as_of,
            closing.entered_at <= mature.max_known_at,
        ],
    ).select(mature.entity_id, mature.as_of, closing.stage, closing.entered_at)
    is_won = inside.stage.isin(list(shape.won_stages))
    outcome = inside.group_by(["entity_id", "as_of"]).aggregate(
        won_at=inside.entered_at.min(where=is_won), closed_at=inside.entered_at.min()
    )
    leads = current(tables["leads"], as_of)
    judged = mature.left_join(outcome, [mature.entity_id == outcome.entity_id, mature.as_of == outcome.as_of]).select(
        mature, outcome.won_at, outcome.closed_at
    )
    whole = judged.join(leads, judged.entity_id == leads.lead_id).select(judged, leads.created_at)
    per_lead = ibis.window(group_by="entity_id")
    return whole.select(
        "entity_id",
        "as_of",
        "max_known_at",
        group_started_at=whole.created_at,
        label=flag(whole.won_at.notnull()),
        known_at=whole.won_at.fill_null(whole.closed_at).fill_null(whole.max_known_at),
        weight=1.0 / whole.count().over(per_lead).cast("float64"),
    )


def churn_labels(tables: Tables, landmarks: Table, horizon_days: int, as_of: datetime) -> Table:
    """(entity_id, as_of, group_started_at, label, known_at, max_known_at, weight) of the mature snapshots.

    A buyer is known at the first purchase, a churner at the end of the horizon.
    """
    mature = _mature(landmarks, horizon_days, as_of)
    orders = current(tables["orders"], as_of)
    bought = orders.filter(orders.amount_cents > 0)
    inside = mature.join(
        bought,
        [
            mature.entity_id == bought.customer_id,
            bought.ordered_at > mature.as_of,
            bought.ordered_at <= mature.max_known_at,
        ],
    ).select(mature.entity_id, mature.as_of, bought.ordered_at)
    first = inside.group_by(["entity_id", "as_of"]).aggregate(bought_at=inside.ordered_at.min())
    whole = mature.left_join(first, [mature.entity_id == first.entity_id, mature.as_of == first.as_of]).select(
        mature, first.bought_at
    )
    return whole.select(
        "entity_id",
        "as_of",
        "max_known_at",
        group_started_at=whole.as_of,
        label=flag(whole.bought_at.isnull()),
        known_at=whole.bought_at.fill_null(whole.max_known_at),
        weight=ibis.literal(1.0),
    )


def rfm_labels(landmarks: Table, tiers: Table, horizon_days: int, as_of: datetime) -> Table:
    """(entity_id, as_of, group_started_at, label, known_at, max_known_at, weight, rfm_tier) of the mature snapshots.

    `tiers`: (entity_id, as_of, rfm_tier) at every snapshot and every snapshot + horizon; a customer without a row
    there is in the lowest tier. The tier at t + horizon is the one known then.
    """
    mature = _mature(landmarks, horizon_days, as_of)
    now = mature.left_join(tiers, [mature.entity_id == tiers.entity_id, mature.as_of == tiers.as_of]).select(
        mature, rank_now=_rank(tiers.rfm_tier), rfm_tier=tiers.rfm_tier.fill_null(TIERS[0])
    )
    later = tiers.view()
    both = now.left_join(later, [now.entity_id == later.entity_id, now.max_known_at == later.as_of]).select(
        now, rank_later=_rank(later.rfm_tier)
    )
    rank_now, rank_later = both.rank_now.fill_null(0), both.rank_later.fill_null(0)
    return both.select(
        "entity_id",
        "as_of",
        "max_known_at",
        "rfm_tier",
        group_started_at=both.as_of,
        label=flag(rank_later > rank_now) - flag(rank_later < rank_now) + 1,
        known_at=both.max_known_at,
        weight=ibis.literal(1.0),
    )


def _rank(tier: Table) -> Table:
    return ibis.cases(*[(tier == name, place) for place, name in enumerate(TIERS)], else_=None).cast("int64")


def _mature(landmarks: Table, horizon_days: int, as_of: datetime) -> Table:
    limit = as_of - timedelta(days=horizon_days)
    mature = landmarks.filter(landmarks.as_of <= limit)
    return mature.mutate(max_known_at=micro(mature.as_of + ibis.interval(days=horizon_days)))


def _won_events(tables: Tables, shape: FeatureShape, as_of: datetime) -> Table:
    events = current(tables["stage_events"], as_of)
    return events.filter(events.stage.isin(list(shape.won_stages)))
