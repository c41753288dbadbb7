"""The funnel's figures per stage and group: by period, with the trend against the period before, and by cohort."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_core.funnel.dimensions import Groups, groups_of
from crm_core.funnel.facts import FunnelFacts, naive

Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]
DAY = np.timedelta64(86_400_000_000, "us")


def lost_places(facts: FunnelFacts) -> list[int]:
    """Places of the stages that close a lead as lost."""
    return [place for place, stage in enumerate(facts.funnel.stages) if stage.outcome == "lost"]


def steps_of(facts: FunnelFacts) -> list[tuple[int, int]]:
    """Places of each stage that a lead is meant to leave again, and of the one it should move on to."""
    on_path = [place for place, stage in enumerate(facts.funnel.stages) if stage.outcome != "lost"]
    return list(pairwise(on_path))


def is_forward(facts: FunnelFacts) -> Mask:
    """[stays] whether the lead moved on to a later stage from it, by any number of steps."""
    stage, following = facts.stays["stage"].to_numpy(), facts.stays["next_stage"].to_numpy()
    lost = lost_places(facts)
    return (following > stage) & ~np.isin(following, lost) & ~np.isin(stage, lost)


def trend_figures(facts: FunnelFacts, days: int, by: str | None = None) -> pd.DataFrame:
    """`period_figures` of the last `days` days before as_of, and beside them, with the ending _before, those of as many
    days before; stock_change and inflow_change are relative, conversion_change is a difference of shares.

    Both periods are told as known at as_of: what was recorded late counts where it belongs.
    """
    groups, length = groups_of(facts, by), timedelta(days=days)
    now = period_figures(facts, facts.as_of - length, facts.as_of, groups)
    before = period_figures(facts, facts.as_of - 2 * length, facts.as_of - length, groups)
    both = now.merge(before, on=["stage", "group"], suffixes=("", "_before"))
    for name in ("stock", "inflow"):
        both[f"{name}_change"] = _share(both[name] - both[f"{name}_before"], both[f"{name}_before"])
    both["conversion_change"] = both["conversion"] - both["conversion_before"]
    return both


def period_figures(facts: FunnelFacts, since: datetime, until: datetime, groups: Groups) -> pd.DataFrame:
    """One row per stage and group, in the order of the funnel.

    stock               leads that stand in the stage at `until`
    inflow, outflow     entries into and exits from the stage in (since, until]
    forward             exits to a later stage, by any number of steps
    conversion          forward / outflow; NaN where nobody left, and for stages of lost leads
    median_dwell_days   of the stays that ended in the period
    median_age_days     so far, of the stock
    """
    stays, size = facts.stays, len(facts.funnel.stages) * len(groups.labels)
    cell = stays["stage"].to_numpy() * len(groups.labels) + groups.codes[stays["lead"].to_numpy()]
    entered, left = stays["entered_at"].to_numpy(), stays["left_at"].to_numpy()
    start, end = naive(since), naive(until)
    stands = (entered <= end) & ~(left <= end)
    leaves = (left > start) & (left <= end)
    table = _grid(facts, groups)
    table["stock"] = _count(cell, stands, size)
    table["inflow"] = _count(cell, (entered > start) & (entered <= end), size)
    table["outflow"] = _count(cell, leaves, size)
    table["forward"] = _count(cell, leaves & is_forward(facts), size)
    is_lost = table["place"].isin(lost_places(facts))
    table["conversion"] = _share(table["forward"], table["outflow"]).mask(is_lost)
    table["median_dwell_days"] = _median(cell, _days(left, entered), leaves, size)
    table["median_age_days"] = _median(cell, _days(end, entered), stands, size)
    return table.drop(columns="place")


def cohort_figures(facts: FunnelFacts, since: datetime, until: datetime, by: str | None = None) -> pd.DataFrame:
    """What became by as_of of the leads created in (since, until]: one row per stage and group.

    reached          leads that entered the stage or one beyond it (lost: that were lost at any time)
    reached_share    of all leads of the cohort
    conversion       reached the next stage / reached this one; the last stage and lost have none
    standing         leads that stand in the stage at as_of: while there are some, conversion may still rise
    median_days_to   from creation to the first entry
    """
    groups = groups_of(facts, by)
    created = facts.leads["created_at"].to_numpy()
    is_member = (created > naive(since)) & (created <= naive(until))
    stays = facts.stays[is_member[facts.stays["lead"].to_numpy()]]
    lead, stage = stays["lead"].to_numpy(), stays["stage"].to_numpy()
    table, size = _grid(facts, groups), len(facts.funnel.stages) * len(groups.labels)
    cell = stage * len(groups.labels) + groups.codes[lead]
    table["leads"] = np.tile(_count(groups.codes, is_member, len(groups.labels)), len(facts.funnel.stages))
    table["reached"] = _reached(facts, groups, lead, stage)
    table["reached_share"] = _share(table["reached"], table["leads"])
    table["conversion"] = _step_conversion(facts, table, len(groups.labels))
    table["standing"] = _count(cell, stays["next_stage"].to_numpy() < 0, size)
    is_first = ~stays.duplicated(["lead", "stage"]).to_numpy()
    days = _days(stays["entered_at"].to_numpy(), created[lead])
    table["median_days_to"] = _median(cell, days, is_first, size)
    return table.drop(columns="place")


def _grid(facts: FunnelFacts, groups: Groups) -> pd.DataFrame:
    names = [stage.name for stage in facts.funnel.stages]
    count = len(groups.labels)
    return pd.DataFrame(
        {
            "stage": np.repeat(np.array(names, object), count),
            "group": np.tile(np.array(groups.labels, object), len(names)),
            "place": np.repeat(np.arange(len(names)), count),
        }
    )


def _reached(facts: FunnelFacts, groups: Groups, lead: Counts, stage: Counts) -> Counts:
    """[stages x groups] leads that came to the stage or beyond it."""
    count, lost = len(facts.funnel.stages), lost_places(facts)
    furthest = np.full(len(facts.leads), -1)
    on_path = ~np.isin(stage, lost)
    np.maximum.at(furthest, lead[on_path], stage[on_path])
    reached = np.zeros((count, len(groups.labels)), np.int64)
    for place in range(count):
        rows = np.unique(lead[stage == place]) if place in lost else np.flatnonzero(furthest >= place)
        reached[place] = np.bincount(groups.codes[rows], minlength=len(groups.labels))
    return reached.ravel()


def _step_conversion(facts: FunnelFacts, table: pd.DataFrame, width: int) -> pd.Series[Any]:
    reached = table["reached"].to_numpy(float).reshape(-1, width)
    following = np.full_like(reached, np.nan)
    for place, next_place in steps_of(facts):
        following[place] = reached[next_place]
    return _share(pd.Series(following.ravel()), table["reached"])


def _count(cell: Counts, mask: Mask, size: int) -> Counts:
    return np.bincount(cell[mask], minlength=size)


def _days(later: Any, earlier: Any) -> npt.NDArray[np.float64]:
    return np.asarray((later - earlier) / DAY, np.float64)


def _share(part: pd.Series[Any], whole: pd.Series[Any]) -> pd.Series[Any]:
    return part / whole.where(whole > 0).astype(float)


def _median(cell: Counts, days: npt.NDArray[np.float64], mask: Mask, size: int) -> npt.NDArray[np.float64]:
    found = pd.Series(days[mask]).groupby(cell[mask]).median().reindex(range(size))
    return np.asarray(found, np.float64)
