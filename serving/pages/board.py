"""The board: every open lead with its score of the moment, best priority first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from configs.settings import Settings
from crm_core.funnel import FunnelFacts
from crm_core.lookup.rep_weeks import RepWeek
from scoring.lead_scores import LeadScore, priorities, score_vectors
from scoring.week_plan import fits_week
from serving.champion import Champion
from serving.vectors import VectorSource

LEAD_COLUMNS = ("company_name", "product", "channel_id", "region", "industry", "rep_id", "team", "created_at")
SCORE_COLUMNS = (
    "win_probability", "win_probability_low", "win_probability_high", "comparable_leads", "grade", "expected_value",
    "amount_estimated", "size_fit", "credit_hold", "prescreen",
)  # fmt: skip
_CHUNK = 500


@dataclass(frozen=True)
class Board:
    """Open leads at `as_of`.

    Attributes
    ----------
    table: one row per open lead that could be scored, by priority (1 is the first to call): lead_id, LEAD_COLUMNS,
        stage, entered_at, SCORE_COLUMNS, priority, step_hours, fits_this_week (True, False, None: no rep), haystack
        (what a search looks through).
    weeks: the week of each rep, by rep_id.
    count_unscored: open leads without features yet.
    """

    as_of: datetime
    model_version: int
    trained_as_of: datetime
    table: pd.DataFrame
    count_unscored: int
    weeks: Mapping[str, RepWeek]


def make_board(
    facts: FunnelFacts, champion: Champion, vectors: VectorSource, settings: Settings, now: datetime,
    weeks: Mapping[str, RepWeek],
) -> Board:  # fmt: skip
    """Score every open lead of the facts by its online vector.

    Raises
    ------
    UnavailableError: the online store does not answer.
    """
    rows = open_rows(facts)
    found = list(_scored(list(rows["lead_id"]), champion, vectors, settings, now))
    scores = pd.DataFrame([asdict(score) for _, score in found], columns=list(SCORE_COLUMNS))
    scores["lead_id"] = [lead_id for lead_id, _ in found]
    scores["priority"] = priorities([score for _, score in found], list(scores["lead_id"])) if found else []
    table = _planned(rows.merge(scores, on="lead_id").sort_values("priority", ignore_index=True), settings, weeks)
    return Board(now, champion.version, champion.artefact.trained_as_of, table, len(rows) - len(found), weeks)


def _planned(table: pd.DataFrame, settings: Settings, weeks: Mapping[str, RepWeek]) -> pd.DataFrame:
    """The table with step_hours and fits_this_week."""
    hours = [settings.priority.hours_of(stage) for stage in table["stage"]]
    reps = [rep if isinstance(rep, str) else None for rep in table["rep_id"]]
    is_last = (table["credit_hold"].astype(bool) | table["prescreen"].notna()).tolist()
    left = {rep_id: week.left_hours for rep_id, week in weeks.items()}
    fitting = fits_week(table["priority"].to_numpy(int), reps, hours, left, is_last)
    return table.assign(step_hours=hours, fits_this_week=pd.Series(fitting, index=table.index, dtype=object))


def open_rows(facts: FunnelFacts) -> pd.DataFrame:
    """lead_id, LEAD_COLUMNS, stage, entered_at and haystack of every lead that is not closed."""
    stages = facts.funnel.stages
    is_open = np.array([stage.outcome is None for stage in stages])
    last = facts.stays[(facts.stays["next_stage"] < 0) & is_open[facts.stays["stage"].to_numpy()]]
    rows = facts.leads.iloc[last["lead"].to_numpy()][["lead_id", *LEAD_COLUMNS]].reset_index(drop=True)
    names = np.array([stage.name for stage in stages], object)
    words = [rows[name].fillna("").astype(str) for name in ("company_name", "lead_id", "product")]
    told: pd.DataFrame = rows.assign(
        stage=names[last["stage"].to_numpy()],
        entered_at=last["entered_at"].to_numpy(),
        haystack=words[0].str.cat(words[1:], sep=" ").str.casefold(),
    )
    return told


def _scored(
    ids: Sequence[str], champion: Champion, vectors: VectorSource, settings: Settings, now: datetime
) -> Iterator[tuple[str, LeadScore]]:
    """By chunks, so that other threads come to their turn in between."""
    for start in range(0, len(ids), _CHUNK):
        found: dict[str, Any] = vectors.of("leads", ids[start : start + _CHUNK], now)
        values = [vector.values for vector in found.values()]
        yield from zip(found, score_vectors(champion.artefact, values, settings, with_reasons=False), strict=True)
