"""Scores of leads: one function for a frame (batch) and one for vectors (HTTP), with the same code beneath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from configs.settings import Settings
from scoring.amounts import estimated_amount
from scoring.artefact import Artefact
from scoring.calibration import sigmoid
from scoring.encoding import as_category, as_number
from scoring.frame_rows import FrameRows
from scoring.grades import grades_of
from scoring.ranges import Ranges, ranges_of
from scoring.reasons import Reason, explain
from scoring.week_plan import fits_week

COLUMNS = (
    "lead_id", "as_of", "win_probability", "grade", "expected_value", "priority", "size_fit", "credit_hold",
    "prescreen", "reasons", "model_version", "win_probability_low", "win_probability_high", "comparable_leads",
    "amount_estimated", "step_hours", "fits_this_week",
)  # fmt: skip


@dataclass(frozen=True)
class LeadScore:
    """A lead's score, without its moment and its place among others.

    expected_value: currency units with two decimals; by an estimate (see `scoring.amounts`) where the amount is not
    known, then `amount_estimated`; None where the model has no estimates either. size_fit: 0 to 1.
    prescreen: why the lead clearly does not fit, None where it may. win_probability_low, win_probability_high: 80 %
    range, comparable_leads: closed leads behind it (see `scoring.ranges`); None for a model without them.
    """

    win_probability: float
    grade: str
    expected_value: float | None
    size_fit: float | None
    credit_hold: bool
    prescreen: str | None
    reasons: list[Reason] = field(default_factory=list)
    win_probability_low: float | None = None
    win_probability_high: float | None = None
    comparable_leads: int | None = None
    amount_estimated: bool = False


def score_vectors(
    artefact: Artefact, rows: Sequence[Mapping[str, Any]], settings: Settings, with_reasons: bool | int = True
) -> list[LeadScore]:
    """Score rows of feature and context values, in the order given.

    with_reasons: how many; True for the number in the settings.
    """
    if not rows:
        return []
    encoded = np.concatenate([artefact.encode_row(row) for row in rows])
    return _scored(artefact, encoded, rows, _limit(with_reasons, settings))


def score_leads(
    artefact: Artefact,
    version: int,
    frame: pd.DataFrame,
    settings: Settings,
    as_of: datetime,
    with_reasons: bool | int = True,
    left_hours: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Contract columns of every row of `repository.current_frame("leads", as_of)`, best priority first.

    priority: 1 to n by expected value, then probability. Leads under credit hold and those that prescreening sorted
    out come last. left_hours: of each rep this week; step_hours: of the lead's next step; fits_this_week: whether that
    fits, see `scoring.week_plan`.
    """
    if frame.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    rows = FrameRows(frame)
    scores = _scored(artefact, artefact.encode(frame), rows, _limit(with_reasons, settings))
    ranks = priorities(scores, list(frame["entity_id"]))
    hours = [settings.priority.hours_of(as_category(row.get("current_stage"))) for row in rows]
    reps = [as_category(row.get("rep_id")) for row in rows]
    table = pd.DataFrame({
        "lead_id": frame["entity_id"].to_numpy(),
        "as_of": as_of,
        "win_probability": [score.win_probability for score in scores],
        "grade": [score.grade for score in scores],
        "expected_value": np.array([score.expected_value for score in scores], dtype=float),
        "priority": ranks,
        "size_fit": np.array([score.size_fit for score in scores], dtype=float),
        "credit_hold": [score.credit_hold for score in scores],
        "prescreen": pd.Series([score.prescreen for score in scores], dtype=object),
        "reasons": [[reason.to_json() for reason in score.reasons] for score in scores],
        "model_version": version,
        "win_probability_low": np.array([score.win_probability_low for score in scores], dtype=float),
        "win_probability_high": np.array([score.win_probability_high for score in scores], dtype=float),
        "comparable_leads": pd.array([score.comparable_leads for score in scores], dtype="Int64"),
        "amount_estimated": [score.amount_estimated for score in scores],
        "step_hours": hours,
        "fits_this_week": pd.array(fits(scores, ranks, reps, hours, left_hours or {}), dtype="boolean"),
    })  # fmt: skip
    return table.sort_values("priority", ignore_index=True)


def priorities(scores: Sequence[LeadScore], lead_ids: Sequence[str]) -> NDArray[np.int_]:
    """Rank of each lead, 1 is the first to call; see `score_leads`. Without any estimate a missing amount counts as the
    median of the others.
    """
    probability = np.array([score.win_probability for score in scores])
    value = np.array([score.expected_value for score in scores], dtype=float)
    amount = np.divide(value, probability, out=np.full_like(value, np.nan), where=probability > 0)
    known = amount[~np.isnan(amount)]
    usual = float(np.median(known)) if len(known) else 1.0
    worth = np.where(np.isnan(value), probability * usual, value)
    is_last = np.array([comes_last(score) for score in scores])
    order = np.lexsort((np.array(lead_ids, dtype=str), -probability, -worth, is_last))
    rank = np.empty(len(order), dtype=int)
    rank[order] = np.arange(1, len(order) + 1)
    return rank


def comes_last(score: LeadScore) -> bool:
    """Whether a lead is not to be called, whatever it is worth."""
    return score.credit_hold or score.prescreen is not None


def fits(
    scores: Sequence[LeadScore],
    ranks: NDArray[np.int_],
    reps: Sequence[str | None],
    hours: Sequence[float],
    left_hours: Mapping[str, float],
) -> list[bool | None]:
    """Whether each lead's next step fits into its rep's week."""
    return fits_week(ranks, reps, hours, left_hours, [comes_last(score) for score in scores])


def _limit(with_reasons: bool | int, settings: Settings) -> int:
    return settings.scoring.max_reasons if with_reasons is True else int(with_reasons)


def _scored(
    artefact: Artefact, encoded: NDArray[np.float32], rows: Sequence[Mapping[str, Any]], limit: int
) -> list[LeadScore]:
    margin = artefact.margin(encoded)
    log_odds = artefact.calibrator.apply(margin)
    probabilities = sigmoid(log_odds)
    ranges = ranges_of(artefact.reference.get("ranges"), margin, log_odds)
    grades = grades_of(probabilities, artefact.grade_thresholds)
    reasons = explain(artefact, encoded, rows, limit) if limit else [[] for _ in rows]
    scores = [
        _score(float(p), grade, row, why, artefact.reference.get("amounts"))
        for p, grade, row, why in zip(probabilities, grades, rows, reasons, strict=True)
    ]
    return scores if ranges is None else [_ranged(score, ranges, i) for i, score in enumerate(scores)]


def _ranged(score: LeadScore, ranges: Ranges, row: int) -> LeadScore:
    return replace(
        score,
        win_probability_low=float(ranges.low[row]),
        win_probability_high=float(ranges.high[row]),
        comparable_leads=int(ranges.count[row]),
    )


def _score(
    probability: float, grade: str, row: Mapping[str, Any], reasons: list[Reason], amounts: Mapping[str, Any] | None
) -> LeadScore:
    amount_cents = as_number(row.get("expected_amount_cents"))
    is_known = not np.isnan(amount_cents)
    amount = amount_cents / 100 if is_known else estimated_amount(amounts, row)
    size_fit = as_number(row.get("size_fit"))
    return LeadScore(
        win_probability=probability,
        grade=grade,
        expected_value=None if amount is None else round(probability * amount, 2),
        size_fit=None if np.isnan(size_fit) else size_fit,
        credit_hold=as_number(row.get("credit_hold")) > 0,  # NaN, not known, is no hold
        prescreen=as_category(row.get("prescreen")),
        reasons=reasons,
        amount_estimated=not is_known and amount is not None,
    )
