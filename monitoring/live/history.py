"""All scores that were given: batch runs from the score log, single ones from the receipts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from crm_core.receipts import GivenScore
from monitoring.live.score_log import COLUMNS, logged_runs, read_run

GRAIN = ["lead_id", "week", "model_version"]


def read_history(
    home: Path, receipts: Iterable[GivenScore], as_of: datetime, history_days: int, horizon_days: int
) -> pd.DataFrame:
    """The first score of each lead in each week by each model version, up to as_of.

    Grain (lead_id, week, model_version): a lead that is scored every day is no thirty witnesses a month. Columns:
    those of the score log and `week`, the Monday (UTC) of scored_at as a datetime64 without zone.

    Parameters
    ----------
    horizon_days: of the receipts, which do not tell it.
    """
    since = as_of - timedelta(days=history_days)
    parts = [_first_of_week(read_run(*run)) for run in logged_runs(home, since, as_of)]
    rows = [
        (one.entity_id, one.scored_at, one.model_version, horizon_days, one.score, float("nan"), 0)
        for one in receipts
        if since <= one.scored_at <= as_of
    ]
    parts.append(_first_of_week(pd.DataFrame(rows, columns=list(COLUMNS))))
    return _first_of_week(pd.concat([part for part in parts if len(part)] or parts, ignore_index=True))


def _first_of_week(scores: pd.DataFrame) -> pd.DataFrame:
    moment = pd.to_datetime(scores["scored_at"], utc=True)
    found = scores.assign(scored_at=moment, week=week_of(moment))
    return found.sort_values(["scored_at", "lead_id"], kind="stable").drop_duplicates(GRAIN, ignore_index=True)


def week_of(moments: pd.Series[Any]) -> pd.Series[Any]:
    """The Monday on which each moment's week began, UTC, without zone."""
    day = moments.dt.tz_convert("UTC").dt.tz_localize(None).dt.floor("D")
    monday: pd.Series[Any] = day - pd.to_timedelta(day.dt.dayofweek, unit="D")
    return monday
