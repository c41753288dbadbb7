"""Scores of leads from their vectors; `scoring.lead_batch` scores frames, with the same code beneath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from configs.settings import Settings
from scoring.amounts import estimated_amount
from scoring.artefact import Artefact
from scoring.calibration import sigmoid
from scoring.contributions import contributions
from scoring.encoding import as_category, as_number
from scoring.grades import grades_of
from scoring.ranges import Ranges, ranges_of
from scoring.reasons import Reason, told_reasons
from scoring.week_plan import fits_week

Range = tuple[float | None, float | None, int | None]  # low, high, comparable leads


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
    return _scored(artefact, artefact.encode_rows(rows), rows, reason_limit(with_reasons, settings))


def priorities(scores: Sequence[LeadScore], lead_ids: Sequence[str]) -> NDArray[np.int_]:
    """Rank of each lead, 1 is the first to call; see `ranks`."""
    probability = np.array([score.win_probability for score in scores])
    value = np.array([score.expected_value for score in scores], dtype=float)
    is_last = np.array([comes_last(score) for score in scores])
    return ranks(probability, value, is_last, lead_ids)


def ranks(
    probability: NDArray[np.float64], value: NDArray[np.float64], is_last: NDArray[np.bool_], lead_ids: Sequence[str]
) -> NDArray[np.int_]:
    """1 to n by expected value, then probability. A missing amount takes the median of the known ones, for the rank
    only. Leads under credit hold and those that prescreening sorted out come last.
    """
    amount = np.divide(value, probability, out=np.full_like(value, np.nan), where=probability > 0)
    known = amount[~np.isnan(amount)]
    usual = float(np.median(known)) if len(known) else 1.0
    worth = np.where(np.isnan(value), probability * usual, value)
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


def reason_limit(with_reasons: bool | int, settings: Settings) -> int:
    """How many reasons per score are asked for: True for the settings' number."""
    return settings.scoring.max_reasons if with_reasons is True else int(with_reasons)


def _scored(
    artefact: Artefact, encoded: NDArray[np.float32], rows: Sequence[Mapping[str, Any]], limit: int
) -> list[LeadScore]:
    explained = contributions(artefact, encoded) if limit else None
    margin = artefact.margin(encoded) if explained is None else explained.margin
    log_odds = artefact.calibrator.apply(margin)
    probabilities = sigmoid(log_odds)
    ranges = ranges_of(artefact.reference.get("ranges"), margin, log_odds)
    grades = grades_of(probabilities, artefact.grade_thresholds)
    reasons = [[] for _ in rows] if explained is None else told_reasons(artefact, explained, encoded, rows, limit)
    amounts = artefact.reference.get("amounts")
    figures = zip(probabilities.tolist(), grades, rows, reasons, _told(ranges, len(rows)), strict=True)
    return [_score(*one, amounts) for one in figures]


def _told(ranges: Ranges | None, count: int) -> list[Range]:
    if ranges is None:
        return [(None, None, None)] * count
    return list(zip(ranges.low.tolist(), ranges.high.tolist(), ranges.count.tolist(), strict=True))


def _score(
    probability: float,
    grade: str,
    row: Mapping[str, Any],
    reasons: list[Reason],
    told: Range,
    amounts: Mapping[str, Any] | None,
) -> LeadScore:
    amount_cents = as_number(row.get("expected_amount_cents"))
    is_known = not isnan(amount_cents)
    amount = amount_cents / 100 if is_known else estimated_amount(amounts, row)
    size_fit = as_number(row.get("size_fit"))
    return LeadScore(
        probability,
        grade,
        None if amount is None else round(probability * amount, 2),
        None if isnan(size_fit) else size_fit,
        as_number(row.get("credit_hold")) > 0,  # NaN, not known, is no hold
        as_category(row.get("prescreen")),
        reasons,
        *told,
        amount_estimated=not is_known and amount is not None,
    )
