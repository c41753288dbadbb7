"""Scores of frames of leads: all the open ones, some ten thousand at a time, the most urgent with their reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from configs.settings import Settings
from scoring.amounts import estimated_amounts
from scoring.artefact import Artefact
from scoring.calibration import sigmoid
from scoring.encoding import as_category, numbers_of
from scoring.foremost import Foremost
from scoring.frame_rows import FrameRows
from scoring.grades import grades_of
from scoring.lead_scores import ranks, reason_limit
from scoring.ranges import ranges_of
from scoring.reasons import explain
from scoring.week_plan import fits_week

COLUMNS = (
    "lead_id", "as_of", "win_probability", "grade", "expected_value", "priority", "size_fit", "credit_hold",
    "prescreen", "reasons", "model_version", "win_probability_low", "win_probability_high", "comparable_leads",
    "amount_estimated", "step_hours", "fits_this_week",
)  # fmt: skip
COMPACT = pd.StringDtype("pyarrow")  # a million ids as objects pin the memory of every other text of their chunk


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

    priority: see `scoring.lead_scores.ranks`. The first `scoring.batch_reasons` rows have their reasons. left_hours: of
    each rep this week; step_hours: of the lead's next step; fits_this_week: whether that fits, see `scoring.week_plan`.
    """
    return score_chunks(artefact, version, [frame], settings, as_of, with_reasons, left_hours)


def score_chunks(
    artefact: Artefact,
    version: int,
    chunks: Iterable[pd.DataFrame],
    settings: Settings,
    as_of: datetime,
    with_reasons: bool | int = True,
    left_hours: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """`score_leads` of a frame that comes in pieces, of which only the rows are kept that may get reasons."""
    count_reasons, limit = settings.scoring.batch_reasons, reason_limit(with_reasons, settings)
    has_reasons = min(count_reasons, limit) > 0
    foremost, pieces = Foremost(count_reasons), []
    for chunk in chunks:
        if len(chunk):
            pieces.append(_figures(artefact, chunk, settings))
            if has_reasons:
                foremost.add(chunk, pieces[-1])
    if not pieces:
        return pd.DataFrame(columns=list(COLUMNS))
    table = pd.concat(pieces, ignore_index=True)
    pieces.clear()
    is_last = table["is_last"].to_numpy()
    probability, value = table["win_probability"].to_numpy(), table["expected_value"].to_numpy()
    table["priority"] = ranks(probability, value, is_last, table["lead_id"].tolist())
    table = table.sort_values("priority", ignore_index=True)
    table["as_of"], table["model_version"] = as_of, version
    table["fits_this_week"] = _fits(table, left_hours or {})
    reasons: dict[str, list[dict[str, Any]]] = {}
    if has_reasons:
        rows = foremost.rows()
        is_first = rows["entity_id"].isin(table["lead_id"].head(count_reasons).tolist())
        reasons = _reasons(artefact, rows[is_first], limit)
    table["lead_id"] = table["lead_id"].astype(object)
    table["reasons"] = pd.Series([reasons.get(lead_id, []) for lead_id in table["lead_id"]], dtype=object)
    return table[list(COLUMNS)]


def _fits(table: pd.DataFrame, left_hours: Mapping[str, float]) -> Any:
    """[n] true, false or null; see `scoring.week_plan`."""
    is_last = table["is_last"].tolist()
    ranked, reps, hours = table["priority"].to_numpy(), table["rep_id"].tolist(), table["step_hours"].tolist()
    return pd.array(fits_week(ranked, reps, hours, left_hours, is_last), dtype="boolean")


def _figures(artefact: Artefact, frame: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """What is said of each row by itself; the same numbers as `score_vectors` gives."""
    margin = artefact.margin(artefact.encode(frame))
    log_odds = artefact.calibrator.apply(margin)
    probability = sigmoid(log_odds)
    amounts = known = _numbers(frame, "expected_amount_cents") / 100
    if (is_unknown := np.isnan(known)).any():
        amounts = known.copy()
        amounts[is_unknown] = estimated_amounts(artefact.reference.get("amounts"), frame[is_unknown])
    worth = probability * amounts
    ranges = ranges_of(artefact.reference.get("ranges"), margin, log_odds)
    unknown = np.full(len(frame), np.nan)
    credit_hold = _numbers(frame, "credit_hold") > 0  # NaN, not known, is no hold
    prescreen = _words(frame, "prescreen")
    return pd.DataFrame({
        "lead_id": frame["entity_id"].astype(COMPACT).array,
        "win_probability": probability,
        "grade": grades_of(probability, artefact.grade_thresholds),
        "expected_value": np.array([round(one, 2) for one in worth.tolist()], dtype=float),
        "size_fit": _numbers(frame, "size_fit"),
        "credit_hold": credit_hold,
        "prescreen": pd.Series(prescreen, dtype=object),
        "is_last": credit_hold | pd.notna(prescreen),
        "win_probability_low": unknown if ranges is None else ranges.low,
        "win_probability_high": unknown if ranges is None else ranges.high,
        "comparable_leads": pd.array([None] * len(frame) if ranges is None else ranges.count, dtype="Int64"),
        "amount_estimated": is_unknown & ~np.isnan(worth),
        "step_hours": _step_hours(_words(frame, "current_stage"), settings),
        "rep_id": pd.Series(_words(frame, "rep_id"), dtype=object),
    })  # fmt: skip


def _step_hours(stages: NDArray[np.object_], settings: Settings) -> NDArray[np.float64]:
    hours = {stage: settings.priority.hours_of(stage) for stage in set(stages)}
    return np.array([hours[stage] for stage in stages], dtype=np.float64)


def _numbers(frame: pd.DataFrame, name: str) -> NDArray[np.float64]:
    return numbers_of(frame[name]) if name in frame else np.full(len(frame), np.nan)


def _words(frame: pd.DataFrame, name: str) -> NDArray[np.object_]:
    """[n] texts as `as_category` reads them; each distinct value is looked at once."""
    if name not in frame:
        return np.full(len(frame), None, dtype=object)
    codes, distinct = pd.factorize(frame[name], use_na_sentinel=True)
    words = np.array([*(as_category(one) for one in distinct), None], dtype=object)
    return words[codes]  # the sentinel -1 is the None at the end


def _reasons(artefact: Artefact, frame: pd.DataFrame, limit: int) -> dict[str, list[dict[str, Any]]]:
    explained = explain(artefact, artefact.encode(frame), FrameRows(frame), limit)
    told = ([reason.to_json() for reason in reasons] for reasons in explained)
    return dict(zip(frame["entity_id"].tolist(), told, strict=True))
