"""What became of scored leads, and how much each known outcome has to stand for.

A score counts as known when its lead was closed within the horizon, or when the horizon has passed. Taken as they come,
leads that close fast would be over-represented; so each known one stands for those as old as it that are not known yet:

    weight = 1 / G(t)       G(t): share of the scores that were followed for t days or longer
                            t: days from score to closing, at most the horizon

Follow-up ends at as_of for all, so G is counted, not estimated. It is the share within the rows that are judged
together, and they can be judged at all only when some were followed over the whole horizon.

Source: inverse probability of censoring weights, J. Robins and A. Rotnitzky 1992; for the Brier score E. Graf et al.,
Statistics in Medicine 18, 1999.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_core.funnel import FunnelFacts

Floats = npt.NDArray[np.float64]
DAY_SECONDS = 86_400


def closings(facts: FunnelFacts) -> pd.DataFrame:
    """(lead_id, closed_at in UTC without zone, is_won) of every entry into a closing stage known at facts.as_of."""
    won = [place for place, stage in enumerate(facts.funnel.stages) if stage.outcome == "won"]
    lost = [place for place, stage in enumerate(facts.funnel.stages) if stage.outcome == "lost"]
    stays = facts.stays[facts.stays["stage"].isin([*won, *lost])]
    lead_ids = facts.leads["lead_id"].to_numpy()[stays["lead"].to_numpy()]
    moments = stays["entered_at"].to_numpy()
    return pd.DataFrame({"lead_id": lead_ids, "closed_at": moments, "is_won": stays["stage"].isin(won).to_numpy()})


def with_outcomes(history: pd.DataFrame, closed: pd.DataFrame, lead_ids: Any, as_of: datetime) -> pd.DataFrame:
    """History with what became of each score by as_of.

    Adds `is_known`, `is_won` (False where not known), `known_days` (from score to outcome, at most the horizon) and
    `followed_days` (from score to as_of). Scores of leads that are not among `lead_ids`, or were closed when they were
    scored, are left out.
    """
    rows = history[history["lead_id"].isin(lead_ids)].reset_index(drop=True)
    pairs = rows[["lead_id", "scored_at"]].assign(row=rows.index).merge(closed, on="lead_id")
    days = (pairs["closed_at"].to_numpy() - pairs["scored_at"].dt.tz_localize(None).to_numpy()) / np.timedelta64(1, "D")
    inside = (days > 0) & (days <= rows["horizon_days"].to_numpy()[pairs["row"].to_numpy()])
    won_days = _first(pairs, days, inside & pairs["is_won"].to_numpy(), len(rows))
    closed_days = _first(pairs, days, inside, len(rows))
    followed = (pd.Timestamp(as_of) - rows["scored_at"]).dt.total_seconds().to_numpy(np.float64) / DAY_SECONDS
    horizon = rows["horizon_days"].to_numpy(np.float64)
    known_days = np.minimum(np.where(np.isnan(won_days), closed_days, won_days), horizon)
    is_mature = followed >= horizon
    judged = rows.assign(
        is_won=~np.isnan(won_days),
        is_known=~np.isnan(known_days) | is_mature,
        known_days=np.where(np.isnan(known_days), horizon, known_days),
        followed_days=followed,
    )
    was_closed = np.zeros(len(rows), bool)
    was_closed[pairs["row"].to_numpy()[days <= 0]] = True
    return judged[~was_closed].reset_index(drop=True)


def _first(pairs: pd.DataFrame, days: Floats, chosen: npt.NDArray[np.bool_], size: int) -> Floats:
    """Days to the first chosen closing of each row; NaN where there is none."""
    found = np.full(size, np.inf)
    np.minimum.at(found, pairs["row"].to_numpy()[chosen], days[chosen])
    return np.where(np.isinf(found), np.nan, found)


def followed_share(rows: pd.DataFrame) -> float:
    """Share of the scores that were followed over their whole horizon; 0 without rows."""
    return float((rows["followed_days"] >= rows["horizon_days"]).mean()) if len(rows) else 0.0


def outcome_weights(rows: pd.DataFrame) -> Floats:
    """Weight of each row, shape [rows]; 0 where the outcome is not known. See the module for the formula.

    >>> rows = pd.DataFrame({"is_known": [True, True, False], "known_days": [30.0, 5.0, 30.0],
    ...                      "followed_days": [40.0, 20.0, 10.0], "horizon_days": [30, 30, 30]})
    >>> outcome_weights(rows).tolist()
    [3.0, 1.0, 0.0]
    """
    followed = np.sort(rows["followed_days"].to_numpy(np.float64))
    at_least = followed.size - np.searchsorted(followed, rows["known_days"].to_numpy(np.float64), side="left")
    weights: Floats = np.where(rows["is_known"], followed.size / np.maximum(at_least, 1), 0.0)
    return weights
