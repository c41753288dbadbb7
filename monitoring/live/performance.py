"""Live performance of the win model: scores that were given against what became of their leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from configs.sections.monitoring import LiveRules
from crm_core.funnel import FunnelFacts
from crm_core.funnel.dimensions import NONE
from monitoring.live.figures import GroupFigures, judge_group
from monitoring.live.outcomes import closings, with_outcomes
from monitoring.live.priority_lists import ListWins, due_lists, wins_of_list
from monitoring.live.score_log import logged_runs, read_run

ALL = "all"


@dataclass(frozen=True)
class LivePerformance:
    """`groups`: `all` first, then by model_version, week, channel and team, each dimension's groups by size (weeks by
    time). `last_list`, `lists`: the last list that is old enough, and the last ones together; None without any.
    scores: each score that was judged, with its outcome (see `with_outcomes`).
    """

    as_of: datetime
    groups: list[GroupFigures]
    last_list: dict[str, Any] | None
    lists: dict[str, Any] | None
    scores: pd.DataFrame

    @property
    def overall(self) -> GroupFigures:
        """All scores together."""
        return self.groups[0]

    def of_version(self, version: str) -> GroupFigures | None:
        """The scores of one model version; None where it gave none."""
        return next((one for one in self.groups if (one.dimension, one.group) == ("model_version", version)), None)

    def to_json(self) -> dict[str, Any]:
        """All figures."""
        return {
            "as_of": self.as_of.isoformat(),
            "overall": self.overall.to_json(),
            "groups": [one.to_json() for one in self.groups[1:]],
            "priority_list": {"last": self.last_list, "recent": self.lists},
        }


def judge_live(
    history: pd.DataFrame, facts: FunnelFacts, money: pd.Series[Any], home: Path, rules: LiveRules, seed: int
) -> LivePerformance:
    """Judge all scores of `history` (see `read_history`) and the priority lists of the score log at facts.as_of.

    Parameters
    ----------
    money: currency units that each won lead brought, by lead_id; 0 where it is not there.
    """
    closed = closings(facts)
    rows = with_outcomes(history, closed, facts.leads["lead_id"], facts.as_of)
    groups = [judge_group(ALL, ALL, rows, rules, seed)]
    for dimension, group, part in _parts(rows, facts, rules):
        groups.append(judge_group(dimension, group, part, rules, seed))
    lists = _lists(home, closed, money, facts.as_of, rules)
    last, recent = (None if one is None else one.to_json(rules, seed) for one in lists)
    return LivePerformance(facts.as_of, groups, last, recent, rows)


def _parts(rows: pd.DataFrame, facts: FunnelFacts, rules: LiveRules) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """(dimension, group, rows of it)."""
    leads = facts.leads.set_index("lead_id")
    of_lead = rows["lead_id"]
    keys = {
        "model_version": rows["model_version"],
        "week": rows["week"].dt.strftime("%Y-%m-%d"),
        "channel": of_lead.map(leads["channel_id"]).fillna(NONE).astype(str),
        "team": of_lead.map(leads["team"]).fillna(NONE).astype(str),
    }
    for dimension, values in keys.items():
        counts = values.value_counts()
        names = sorted(counts.index, key=lambda name: (-int(counts[name]), name))
        if dimension == "week":
            names = sorted(counts.index)[-rules.weeks :]
        for name in names[: max(facts.funnel.max_groups, rules.weeks)]:
            yield dimension, str(name), rows[(values == name).to_numpy()]


def _lists(
    home: Path, closed: pd.DataFrame, money: pd.Series[Any], as_of: datetime, rules: LiveRules
) -> tuple[ListWins | None, ListWins | None]:
    length = timedelta(days=rules.list_days)
    runs = logged_runs(home, as_of - length * (rules.lists + 2) * 2, as_of)
    wins = first_wins(closed, money)
    judged = [
        wins_of_list(read_run(*run), run[0], run[0] + length, wins, rules) for run in due_lists(runs, as_of, rules)
    ]
    return (judged[0], ListWins.joined(judged)) if judged else (None, None)


def first_wins(closed: pd.DataFrame, money: pd.Series[Any]) -> pd.DataFrame:
    """(lead_id, won_at in UTC without zone, money): the first win of each lead, as `wins_of_list` takes it."""
    first = closed[closed["is_won"]].groupby("lead_id")["closed_at"].min()
    brought = money.reindex(first.index).fillna(0.0).to_numpy(np.float64)
    return pd.DataFrame({"lead_id": first.index, "won_at": first.to_numpy(), "money": brought})
