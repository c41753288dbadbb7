"""Why a score moved: the change between two scores of a lead, split into lead data, passing time and a new model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scoring.artefact import Artefact

PASSING = ("age_days", "as_of_month", "stage_days", "waiting_hours", "tenure_days", "late_days", "late_ratio")
PASSING_ENDS = ("_last_days", "recency_days")


@dataclass(frozen=True)
class Change:
    """Parts of a change in calibrated log-odds; they sum to `after` - `before`. Probabilities of both ends beside."""

    lead_data: float
    passing_time: float
    new_model: float
    before: float
    after: float
    p_before: float
    p_after: float


def split_change(old: Artefact, new: Artefact, before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
    """Split the change of a yes/no score. before, after: the features of the two receipts.

    What passes by itself (ages, days since) and what was done to the lead are exchanged in both orders under the old
    model and the mean is taken (Shapley value of two players); then the model is exchanged.
    """
    aged = _with(before, after, passing=True)
    worked = _with(before, after, passing=False)
    start, end, moved = _log_odds(old, before), _log_odds(old, after), _log_odds(new, after)
    time_alone, data_alone = _log_odds(old, aged) - start, _log_odds(old, worked) - start
    both = end - start
    passing = (time_alone + both - data_alone) / 2
    chances = [float(model.predict(model.encode_row(row))[0]) for model, row in ((old, before), (new, after))]
    return Change(both - passing, passing, moved - end, start, moved, *chances)


def replayed(artefact: Artefact, features: Mapping[str, Any]) -> float:
    """The probability of a receipt's features under its model version: the receipt's own number."""
    return float(artefact.predict(artefact.encode_row(features))[0])


def is_passing(name: str) -> bool:
    """Whether a feature moves although nothing happens.

    >>> is_passing("age_days"), is_passing("activity_last_days"), is_passing("industry")
    (True, True, False)
    """
    return name in PASSING or name.endswith(PASSING_ENDS)


def _with(before: Mapping[str, Any], after: Mapping[str, Any], *, passing: bool) -> dict[str, Any]:
    """The row before, with what passes by itself (or what does not) as it was after."""
    return {name: (after if is_passing(name) == passing else before).get(name) for name in {*before, *after}}


def _log_odds(artefact: Artefact, row: Mapping[str, Any]) -> float:
    return float(artefact.log_odds(artefact.encode_row(row))[0])
