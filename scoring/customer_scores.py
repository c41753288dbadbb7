"""Scores of customers: churn, shift of the RFM tier, and the money at stake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from configs.settings import Settings
from scoring.artefact import Artefact
from scoring.contributions import DOWN, STAY, UP
from scoring.encoding import as_category, as_number
from scoring.frame_rows import FrameRows
from scoring.reasons import explain

COLUMNS = (
    "customer_id", "as_of", "churn_probability", "rfm_tier", "p_up", "p_stay", "p_down", "value_at_risk", "reasons",
    "model_versions",
)  # fmt: skip
DAYS_OF_MONETARY = 365
USUAL_DOWNGRADE_SHARE = 0.5


@dataclass(frozen=True)
class CustomerScore:
    """A customer's score. value_at_risk: currency units with two decimals, None where nothing is known of past orders.

    reasons: as the contract has them, each with the `model` it explains.
    """

    churn_probability: float
    rfm_tier: str | None
    p_up: float
    p_stay: float
    p_down: float
    value_at_risk: float | None
    reasons: list[dict[str, Any]] = field(default_factory=list)


def score_vectors(
    churn: Artefact,
    rfm: Artefact,
    rows: Sequence[Mapping[str, Any]],
    settings: Settings,
    with_reasons: bool | int = True,
) -> list[CustomerScore]:
    """Score rows of feature and context values, in the order given. with_reasons: how many per model; True: the
    settings'.
    """
    if not rows:
        return []
    encoded = [artefact.encode_rows(rows) for artefact in (churn, rfm)]
    return _scored(churn, rfm, encoded, rows, _limit(with_reasons, settings))


def score_customers(
    churn: Artefact, rfm: Artefact, versions: Mapping[str, int], frame: pd.DataFrame, settings: Settings,
    as_of: datetime, with_reasons: bool | int = True,
) -> pd.DataFrame:  # fmt: skip
    """Contract columns of every row of `repository.current_frame("customers", as_of)`, most money at risk first.

    versions: {"churn": version, "rfm": version}.
    """
    if frame.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    encoded = [churn.encode(frame), rfm.encode(frame)]
    scores = _scored(churn, rfm, encoded, FrameRows(frame), _limit(with_reasons, settings))
    table = pd.DataFrame({
        "customer_id": frame["entity_id"].to_numpy(),
        "as_of": as_of,
        "churn_probability": [score.churn_probability for score in scores],
        "rfm_tier": [score.rfm_tier for score in scores],
        "p_up": [score.p_up for score in scores],
        "p_stay": [score.p_stay for score in scores],
        "p_down": [score.p_down for score in scores],
        "value_at_risk": np.array([score.value_at_risk for score in scores], dtype=float),
        "reasons": [score.reasons for score in scores],
        "model_versions": [dict(versions) for _ in scores],
    })  # fmt: skip
    return table.sort_values(["value_at_risk", "customer_id"], ascending=[False, True], ignore_index=True)


def value_at_risk(
    monetary_cents: float, churn: float, p_down: float, downgrade_share: float, horizon_days: int
) -> float | None:
    """Money expected to be lost over the horizon, in currency units.

    usual = what the customer spent in the last 365 days, brought to the length of the horizon. At risk is
    usual x (churn + max(0, p_down - churn) x downgrade_share): whoever churns loses all of it, and of those who move
    down (most who churn do that as well, so only the excess counts) the share by which spending differs between the
    tiers.

    >>> value_at_risk(365_000_00, churn=0.2, p_down=0.3, downgrade_share=0.5, horizon_days=10)
    2500.0
    """
    if np.isnan(monetary_cents):
        return None
    usual = monetary_cents / 100 * horizon_days / DAYS_OF_MONETARY
    return round(usual * (churn + max(0.0, p_down - churn) * downgrade_share), 2)


def _limit(with_reasons: bool | int, settings: Settings) -> int:
    return settings.scoring.max_reasons if with_reasons is True else int(with_reasons)


def _scored(
    churn: Artefact,
    rfm: Artefact,
    encoded: Sequence[NDArray[np.float32]],
    rows: Sequence[Mapping[str, Any]],
    limit: int,
) -> list[CustomerScore]:
    churn_probabilities, shifts = churn.predict(encoded[0]), rfm.predict(encoded[1])
    reasons = _reasons(churn, encoded[0], rows, limit)
    shift_reasons = _reasons(rfm, encoded[1], rows, limit)
    return [
        _score(churn, rfm, float(churn_probabilities[i]), shifts[i], row, [*reasons[i], *shift_reasons[i]])
        for i, row in enumerate(rows)
    ]


def _reasons(
    artefact: Artefact, encoded: NDArray[np.float32], rows: Sequence[Mapping[str, Any]], limit: int
) -> list[list[dict[str, Any]]]:
    if not limit:
        return [[] for _ in rows]
    found = explain(artefact, encoded, rows, limit)
    return [[{**reason.to_json(), "model": artefact.name} for reason in reasons] for reasons in found]


def _score(
    churn: Artefact, rfm: Artefact, p_churn: float, shift: NDArray[np.float64], row: Mapping[str, Any],
    reasons: list[dict[str, Any]],
) -> CustomerScore:  # fmt: skip
    tier = as_category(row.get("rfm_tier"))
    share = rfm.reference.get("downgrade_shares", {}).get(tier, USUAL_DOWNGRADE_SHARE)
    monetary_cents = as_number(row.get("monetary_cents_365d"))
    at_risk = value_at_risk(monetary_cents, p_churn, float(shift[DOWN]), share, churn.horizon_days)
    return CustomerScore(p_churn, tier, float(shift[UP]), float(shift[STAY]), float(shift[DOWN]), at_risk, reasons)
