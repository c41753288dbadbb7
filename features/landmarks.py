"""Landmarks: the moments at which a lead or a customer gives a row (design.md, decision 3).

Grain (entity_id, as_of). A lead gives one when it becomes visible, at each visible change of an open stage, and at
regular ages while it is open. A customer gives one at each monthly snapshot at which it is active.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import ibis

from features.asof import Fetch, Hold, Table, Tables, latest, moment_of, oldest
from features.moments import DAY_SECONDS, epoch, micro
from features.shape import FeatureShape


def current(history: Table, as_of: Any) -> Table:
    """The rows of a table as they are at one moment, a datetime or an expression."""
    return history.filter((history.visible_from <= as_of) & (history.visible_until > as_of))


def open_leads(tables: Tables, shape: FeatureShape, as_of: Any) -> Table:
    """(entity_id, as_of) of the leads that are visible and not closed at as_of, a datetime or an expression."""
    leads = current(tables["leads"], as_of)
    closed = _terminal(tables, shape, as_of).select("lead_id").distinct()
    still = leads.anti_join(closed, leads.lead_id == closed.lead_id)
    return still.select(entity_id=still.lead_id, as_of=moment_of(as_of))


def created_leads(tables: Tables, start: datetime, end: datetime, as_of: datetime) -> Table:
    """(entity_id, as_of) of the leads created in [start, end) at the moment each became visible, up to as_of."""
    first = _first_seen(tables, as_of)
    inside = first.filter((first.created_at >= start) & (first.created_at < end))
    return inside.select(entity_id=inside.lead_id, as_of=micro(inside.visible_from))


def lead_landmarks(
    tables: Tables, shape: FeatureShape, ages: list[int], as_of: datetime, hold: Hold, fetch: Fetch
) -> Table:
    """(entity_id, as_of) of every landmark up to as_of, strictly before the lead's first closing.

    Ages count from creation, and only where something can have happened in between: the lake holds activities or
    stages between the first and the closing one.
    """
    leads = hold(_lives(tables, shape, as_of))
    changes = _stage_changes(tables, shape, leads, as_of)
    moments = [leads.select(entity_id=leads.lead_id, as_of=micro(leads.seen_at)), changes]
    if _has_middle(tables, shape, as_of, fetch):
        moments += [_aged(leads, days) for days in ages]
    every = moments[0]
    for more in moments[1:]:
        every = every.union(more)
    every = every.distinct()
    both = every.join(leads, every.entity_id == leads.lead_id)
    is_open = both.closed_at.isnull() | (both.as_of < both.closed_at)
    return both.filter(is_open & (both.as_of >= both.seen_at) & (both.as_of <= as_of)).select("entity_id", "as_of")


def _lives(tables: Tables, shape: FeatureShape, as_of: datetime) -> Table:
    """Per lead visible at as_of: created_at, the moment it became visible, and of its first closing or null."""
    first = _first_seen(tables, as_of)
    terminal = _terminal(tables, shape, as_of)
    closed = terminal.group_by("lead_id").aggregate(closed_at=terminal.entered_at.min())
    both = first.left_join(closed, first.lead_id == closed.lead_id)
    return both.select(first.lead_id, first.created_at, closed.closed_at, seen_at=first.visible_from)


def _first_seen(tables: Tables, as_of: datetime) -> Table:
    leads = tables["leads"]
    leads = leads.filter((leads.visible_from <= as_of) & (leads.visible_from < leads.visible_until))
    return latest(leads, [oldest(leads.visible_from), oldest(leads.change_seq)], keys=("lead_id",))


def _terminal(tables: Tables, shape: FeatureShape, as_of: Any) -> Table:
    events = current(tables["stage_events"], as_of)
    return events.filter(events.stage.isin(list(shape.terminal_stages)))


def _stage_changes(tables: Tables, shape: FeatureShape, leads: Table, as_of: datetime) -> Table:
    events = current(tables["stage_events"], as_of)
    events = events.filter(events.stage.isin([stage.name for stage in shape.open_stages]))
    return events.join(leads, events.lead_id == leads.lead_id).select(
        entity_id=events.lead_id, as_of=micro(ibis.greatest(events.visible_from, leads.seen_at))
    )


def _aged(leads: Table, days: int) -> Table:
    moment = micro((epoch(leads.created_at) + days * DAY_SECONDS).as_timestamp("s"))
    return leads.select(entity_id=leads.lead_id, as_of=moment)


def _has_middle(tables: Tables, shape: FeatureShape, as_of: datetime, fetch: Fetch) -> bool:
    events = current(tables["stage_events"], as_of)
    middle = events.filter(events.stage.isin([stage.name for stage in shape.open_stages[1:]]))
    activities = current(tables["activities"], as_of)
    return any(fetch(table.limit(1)).num_rows for table in (middle, activities))


def snapshots(first: datetime, last: datetime, day: int) -> list[datetime]:
    """Starts of the `day`-th of each month from `first` to `last`, both ends included, UTC.

    >>> [str(one.date()) for one in snapshots(datetime(2024, 11, 5), datetime(2025, 1, 1), 1)]
    ['2024-12-01', '2025-01-01']
    """
    found: list[datetime] = []
    year, month = first.year, first.month
    while (moment := datetime(year, month, day)) <= last:  # noqa: DTZ001 (naive UTC, as in the lake)
        if moment >= first:
            found.append(moment)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found


def purchase_span(tables: Tables, as_of: datetime, fetch: Fetch) -> tuple[datetime, datetime] | None:
    """Moments of the first and last purchase visible at as_of; None without any."""
    orders = current(tables["orders"], as_of)
    bought = orders.filter(orders.amount_cents > 0)
    row: Any = fetch(bought.aggregate(first=bought.ordered_at.min(), last=bought.ordered_at.max())).to_pylist()[0]
    return None if row["first"] is None else (row["first"], row["last"])
