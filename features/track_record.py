"""What became of the leads of a channel or a rep: counts per day, and the trailing record as of the day before.

Day-granular on purpose: as_of's own day is left out, so the record of a day is the same for every lead and is computed
once. A lead counts on the day it became visible, under the channel and rep of its first version; its closing counts on
the day it became visible, under those it had then. The first closing event decides.
"""

from __future__ import annotations

from typing import Any

import ibis

from features.asof import Hold, Table, Tables, flag, latest, newest, oldest
from features.moments import DAY_SECONDS, day_number, seconds_between
from features.schema import Feature, number
from features.shape import FeatureShape

OWNERS = ("channel", "rep")
_COUNTS = ("leads", "closed", "won", "cycle_seconds")


def outcome_days(tables: Tables, shape: FeatureShape, hold: Hold) -> dict[str, Table]:
    """For each of `OWNERS`, per (owner_id, day) the numbers of leads that arrived, closed and were won, and the won
    ones' seconds from creation to closing. `day` counts UTC days since 1970.
    """
    first = hold(_first_versions(tables))
    closings = hold(_closings(tables, first, shape))
    return {owner: _days_of(tables, f"{owner}_id", first, closings) for owner in OWNERS}


def _days_of(tables: Tables, column: str, first: Table, closings: Table) -> Table:
    arrived = first.select(
        owner_id=first[column], day=day_number(first.visible_from), leads=1, closed=0, won=0, cycle_seconds=0
    )
    leads = tables["leads"]
    owned = closings.join(
        leads,
        [
            closings.lead_id == leads.lead_id,
            leads.visible_from <= closings.known_at,
            leads.visible_until > closings.known_at,
        ],
    ).select(closings.known_at, closings.is_won, closings.cycle_seconds, owner_id=leads[column])
    closed = owned.select(
        "owner_id",
        day=day_number(owned.known_at),
        leads=0,
        closed=1,
        won=owned.is_won,
        cycle_seconds=(owned.is_won == 1).ifelse(owned.cycle_seconds, 0),
    )
    both = _whole_numbers(arrived).union(_whole_numbers(closed))
    both = both.filter(both.owner_id.notnull())
    return both.group_by(["owner_id", "day"]).aggregate(**{name: both[name].sum().cast("int64") for name in _COUNTS})


def _whole_numbers(table: Table) -> Table:
    return table.select("owner_id", **{name: table[name].cast("int64") for name in ("day", *_COUNTS)})


def _first_versions(tables: Tables) -> Table:
    leads = tables["leads"]
    leads = leads.filter(leads.visible_from < leads.visible_until)
    first = latest(leads, [oldest(leads.visible_from), oldest(leads.change_seq)], keys=("lead_id",))
    return first.select("lead_id", "channel_id", "rep_id", "created_at", "visible_from")


def _closings(tables: Tables, first: Table, shape: FeatureShape) -> Table:
    """The first closing of each lead that has one; known when both the lead and the event are visible."""
    events = tables["stage_events"]
    events = events.filter(
        events.stage.isin(list(shape.terminal_stages)) & (events.visible_from < events.visible_until)
    )
    is_won = flag(events.stage.isin(list(shape.won_stages)))
    ranked = events.mutate(is_won=is_won)
    order = [oldest(ranked.visible_from), oldest(ranked.entered_at), newest(ranked.is_won), oldest(ranked.change_seq)]
    closing = latest(ranked, order, keys=("lead_id",))
    both = closing.join(first, closing.lead_id == first.lead_id)
    return both.select(
        closing.lead_id,
        closing.is_won,
        known_at=ibis.greatest(closing.visible_from, first.visible_from),
        cycle_seconds=seconds_between(closing.entered_at, first.created_at),
    )


def track_record(days: Table, queries: Table, owner: str, shape: FeatureShape) -> Table:
    """Per (owner_id, day) of `queries` the record over the `track_days` days before that day.

    A RANGE window over an integer day: portable, and linear in the rows.
    """
    asked = queries.select("owner_id", "day").distinct()
    zeros = {name: ibis.literal(0, "int64") for name in _COUNTS}
    every = days.select("owner_id", "day", *_COUNTS, asks=ibis.literal(0, "int64")).union(
        asked.select("owner_id", "day", **zeros, asks=ibis.literal(1, "int64"))
    )
    trailing = ibis.range_window(group_by="owner_id", order_by="day", preceding=(shape.track_days, 1))
    sums = every.mutate(**{f"sum_{name}": every[name].sum().over(trailing).fill_null(0) for name in _COUNTS})
    sums = sums.filter(sums.asks == 1)
    closed, won = sums.sum_closed.cast("float64"), sums.sum_won.cast("float64")
    cycle = sums.sum_cycle_seconds.cast("float64") / float(DAY_SECONDS)
    window = f"{shape.track_days}d"
    columns: dict[str, Any] = {
        f"{owner}_lead_count_{window}": sums.sum_leads,
        f"{owner}_closed_count_{window}": sums.sum_closed,
        f"{owner}_won_count_{window}": sums.sum_won,
        f"{owner}_win_rate_{window}": (closed > 0).ifelse(won / closed.nullif(0), None),
        f"{owner}_cycle_days_{window}": (won > 0).ifelse(cycle / won.nullif(0), None),
    }
    return sums.select("owner_id", "day", **columns)


def lead_track_record(tables: Tables, rows: Table, owner: str, shape: FeatureShape) -> Table:
    """Per (entity_id, as_of) of `rows` the record of the lead's channel or rep; null where it has none."""
    owned = rows.select("entity_id", "as_of", owner_id=rows[f"{owner}_id"], day=day_number(rows.as_of))
    owned = owned.filter(owned.owner_id.notnull())
    record = track_record(tables[f"{owner}_days"], owned, owner, shape)
    both = owned.join(record, [owned.owner_id == record.owner_id, owned.day == record.day])
    return both.select(
        owned.entity_id, owned.as_of, *[record[name] for name in record.columns if name not in {"owner_id", "day"}]
    )


def catalogue(owner: str, shape: FeatureShape) -> list[Feature]:
    """Volume, closings, wins, win rate and cycle of the channel or the rep."""
    en, zh = {"channel": ("Channel", "渠道"), "rep": ("Rep", "销售代表")}[owner]
    days = shape.track_days
    return [
        number(f"{owner}_lead_count_{days}d", f"{en}: leads, last {days} days", f"{zh}近{days}天线索数", "leads"),
        number(
            f"{owner}_closed_count_{days}d", f"{en}: closed leads, last {days} days", f"{zh}近{days}天结案数", "leads"
        ),
        number(f"{owner}_won_count_{days}d", f"{en}: won leads, last {days} days", f"{zh}近{days}天赢单数", "leads"),
        number(f"{owner}_win_rate_{days}d", f"{en}: win rate, last {days} days", f"{zh}近{days}天赢单率"),
        number(
            f"{owner}_cycle_days_{days}d",
            f"{en}: days to a win, last {days} days",
            f"{zh}近{days}天平均成交周期",
            "days",
        ),
    ]
