"""Scores of leads from their vectors; `scoring.lead_batch` scores frames, with the same code beneath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from configs.settings import Settings
from scoring.artefact import Artefact
from scoring.calibration import sigmoid
from scoring.encoding import as_category, as_number
from scoring.grades import grades_of
from scoring.ranges import Ranges, ranges_of
from scoring.reasons import Reason, explain

Range = tuple[float | None, float | None, int | None]  # low, high, comparable leads


@dataclass(frozen=True)
class LeadScore:
    """A lead's score, without its moment and its place among others.

    expected_value: currency units with two decimals, None where the amount is not known. size_fit: 0 to 1.
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
    is_last = np.array([score.credit_hold or score.prescreen is not None for score in scores])
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


def reason_limit(with_reasons: bool | int, settings: Settings) -> int:
    """How many reasons per score are asked for: True for the settings' number."""
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
    figures = zip(probabilities.tolist(), grades, rows, reasons, _told(ranges, len(rows)), strict=True)
    return [_score(*one) for one in figures]


def _told(ranges: Ranges | None, count: int) -> list[Range]:
    if ranges is None:
        return [(None, None, None)] * count
    return list(zip(ranges.low.tolist(), ranges.high.tolist(), ranges.count.tolist(), strict=True))


def _score(probability: float, grade: str, row: Mapping[str, Any], reasons: list[Reason], told: Range) -> LeadScore:
    amount_cents = as_number(row.get("expected_amount_cents"))
    size_fit = as_number(row.get("size_fit"))
    return LeadScore(
        probability,
        grade,
        None if isnan(amount_cents) else round(probability * amount_cents / 100, 2),
        None if isnan(size_fit) else size_fit,
        as_number(row.get("credit_hold")) > 0,  # NaN, not known, is no hold
        as_category(row.get("prescreen")),
        reasons,
        *told,
    )
