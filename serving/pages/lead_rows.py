"""Rows of the board as a page shows them: with reasons, trend and what to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from configs.settings import Settings
from crm_core.access import Scope
from crm_core.lookup.leads import own_leads
from crm_core.lookup.scores import ScorePoint, score_points
from crm_core.overrides import Override, current_overrides
from scoring.lead_scores import score_vectors
from scoring.reasons import Reason
from serving.models_needed import needed
from serving.pages.desk import Desk
from serving.pages.rep_reasons import with_rep_names
from serving.previous_scores import trend_of

TREND_HOURS = 24  # a trend is told against the score of yesterday, not against a look a minute ago
REASONS_SHOWN = 3


@dataclass(frozen=True)
class LeadLine:
    """One lead of a list.

    Attributes
    ----------
    figures: its row of the board. reasons: the strongest, strongest first. points: its scores until now, oldest first.
    trend: up, down, steady or new. talk_track: en and zh of the playbook of its stage, None where it has none.
    override: a person's own number that stands beside the score.
    """

    figures: dict[str, Any]
    reasons: list[Reason]
    points: list[float]
    trend: str
    talk_track: Any
    override: Override | None = None


def lead_lines(desk: Desk, rows: pd.DataFrame, scope: Scope) -> list[LeadLine]:
    """Lines of some rows of the board; one that was given to somebody else since is left out by the SQL.

    Raises
    ------
    UnavailableError: there is no model, or the online store does not answer.
    """
    own = own_leads(desk.engine, list(rows["lead_id"]), scope)
    records = [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]
    shown = [record for record in records if record["lead_id"] in own]
    ids = [str(record["lead_id"]) for record in shown]
    reps, points = desk.reps(scope), score_points(desk.engine, ids, desk.now)
    reasons = {lead_id: with_rep_names(found, reps) for lead_id, found in reasons_of(desk, ids).items()}
    overrides = current_overrides(desk.engine, ids)
    lines = [_line(record, reasons, points[str(record["lead_id"])], desk) for record in shown]
    return [replace(line, override=overrides.get(line.figures["lead_id"])) for line in lines]


def reasons_of(desk: Desk, lead_ids: Sequence[str]) -> dict[str, list[Reason]]:
    """The strongest reasons of each lead that has features."""
    if not lead_ids:
        return {}
    champion = needed(desk.champions, "win")
    found = desk.vectors.of("leads", list(lead_ids), desk.now)
    values = [vector.values for vector in found.values()]
    scores = score_vectors(champion.artefact, values, desk.settings, with_reasons=REASONS_SHOWN)
    return {lead_id: score.reasons for lead_id, score in zip(found, scores, strict=True)}


def trend_since_yesterday(points: Sequence[ScorePoint], current: float, now: datetime, settings: Settings) -> str:
    """How the score moved against the last one that is a day old, or else the first one there is."""
    old = [point for point in points if point.at <= now - timedelta(hours=TREND_HOURS)]
    before = (old[-1] if old else points[0]).win_probability if points else None
    return trend_of(before, current, settings.scoring.trend_threshold)


def _line(record: dict[str, Any], reasons: dict[str, list[Reason]], points: list[ScorePoint], desk: Desk) -> LeadLine:
    current, settings = float(record["win_probability"]), desk.settings
    play = settings.playbook.stages.get(record["stage"])
    return LeadLine(
        figures=record,
        reasons=reasons.get(record["lead_id"], []),
        points=[*(point.win_probability for point in points), current],
        trend=trend_since_yesterday(points, current, desk.now, settings),
        talk_track=play.talk_track if play else None,
    )
