"""Figures of one group of scores: realised from outcomes, and estimated where there are none yet.

Realised: ROC AUC, log loss (nats), Brier score and expected calibration error, each lead counting once. Beside them
those of the best constant, the win rate of the group itself in hindsight: a model that does not beat it tells nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from configs.sections.monitoring import LiveRules
from monitoring.live.estimate import estimated_figures
from monitoring.live.measured import Measured, finite
from monitoring.live.outcomes import followed_share, outcome_weights
from monitoring.live.resampling import count_samples, intervals_of
from scoring.metrics import brier, log_loss, roc_auc

Floats = npt.NDArray[np.float64]
CHANCE_QUANTILE = 0.95


@dataclass(frozen=True)
class GroupFigures:
    """One group. `realised` is None where `why_not` says why; `estimate` is of the scores without an outcome yet.

    scores, leads: given. known: scores with a known outcome; won: of those. base_rate: weighted share won.
    ece_by_chance: what 95 % of perfectly calibrated models of this size stay under.
    """

    dimension: str
    group: str
    scores: int
    leads: int
    known: int
    won: int
    why_not: str | None
    realised: dict[str, Measured] | None
    base_rate: Measured | None
    ece_by_chance: float | None
    estimate: dict[str, Measured] | None

    def to_json(self) -> dict[str, Any]:
        """Plain figures."""
        plain = {key: value for key, value in vars(self).items() if key not in {"realised", "base_rate", "estimate"}}
        return {
            **plain,
            "base_rate": self.base_rate.to_json() if self.base_rate else None,
            "realised": _json_of(self.realised),
            "estimate": _json_of(self.estimate),
        }


def judge_group(dimension: str, group: str, rows: pd.DataFrame, rules: LiveRules, seed: int) -> GroupFigures:
    """Figures of these scores; rows as `with_outcomes` gives them."""
    known = rows["is_known"].to_numpy(bool)
    won = int(rows["is_won"].sum())
    why_not = _why_not(rows, known, won, rules)
    realised = None if why_not else realised_figures(rows, rules, seed)
    waiting = rows[~known]
    return GroupFigures(
        dimension=dimension,
        group=group,
        scores=len(rows),
        leads=int(rows["lead_id"].nunique()),
        known=int(known.sum()),
        won=won,
        why_not=why_not,
        realised=None if realised is None else {name: realised[name] for name in REALISED},
        base_rate=None if realised is None else realised["base_rate"],
        ece_by_chance=None if why_not else ece_by_chance(*_known(rows), rules.samples, seed),
        estimate=estimated_figures(waiting, rules, seed),
    )


REALISED = ("roc_auc", "log_loss", "brier", "ece", "base_log_loss", "base_brier", "log_loss_over_base")


def _why_not(rows: pd.DataFrame, known: npt.NDArray[np.bool_], won: int, rules: LiveRules) -> str | None:
    """Immature | few_leads | few_wins | few_losses, or None."""
    if followed_share(rows) * rules.max_weight < 1:
        return "immature"
    if rows["lead_id"][known].nunique() < rules.min_leads:
        return "few_leads"
    if won < rules.min_wins:
        return "few_wins"
    return "few_losses" if int(known.sum()) - won < rules.min_wins else None


def realised_figures(rows: pd.DataFrame, rules: LiveRules, seed: int) -> dict[str, Measured]:
    """REALISED and base_rate of the known scores, with intervals."""
    y, p, w, leads = _known(rows)
    intervals = intervals_of(lambda weights: figures_of(y, p, weights), w, leads, rules.samples, seed)
    return {name: Measured(finite(value), intervals[name]) for name, value in figures_of(y, p, w).items()}


def _known(rows: pd.DataFrame) -> tuple[npt.NDArray[np.int_], Floats, Floats, npt.NDArray[np.int64]]:
    """y, p, w and lead of the known scores, lowest probability first: sorted once, so that samples need not be."""
    weights = outcome_weights(rows)
    order = np.argsort(rows["win_probability"].to_numpy(np.float64), kind="stable")
    order = order[weights[order] > 0]
    chosen = rows.iloc[order]
    leads = np.unique(chosen["lead_id"].to_numpy(str), return_inverse=True)[1]
    w = weights[order] / np.bincount(leads)[leads]
    return chosen["is_won"].to_numpy(int), chosen["win_probability"].to_numpy(np.float64), w, leads


def figures_of(y: npt.NDArray[np.int_], p: Floats, w: Floats) -> Mapping[str, float]:
    """Figures of probabilities p of outcomes y with weights w, all [n], lowest p first."""
    kept = w > 0
    y, p, w = y[kept], p[kept], w[kept]
    rate = float(np.average(y, weights=w))
    constant = np.full(len(p), rate)
    loss, base = log_loss(y, p, w), log_loss(y, constant, w)
    return {
        "roc_auc": roc_auc(y, p, w), "log_loss": loss, "brier": brier(y, p, w), "ece": sorted_ece(y, p, w),
        "base_rate": rate, "base_log_loss": base, "base_brier": brier(y, constant, w),
        "log_loss_over_base": loss - base,
    }  # fmt: skip


def sorted_ece(y: npt.NDArray[np.int_], p: Floats, w: Floats, bins: int = 10) -> float:
    """`scoring.metrics.ece` of rows that stand lowest p first, in one pass: thousands of samples need it.

    A bin's weight times the distance of its two means is the distance of its two sums.
    """
    total = float(w.sum())
    middle = np.cumsum(w) - w / 2
    bin_of = np.minimum((middle / total * bins).astype(int), bins - 1)
    return float(np.abs(np.bincount(bin_of, weights=w * (p - y), minlength=bins)).sum() / total)


def ece_by_chance(
    y: npt.NDArray[np.int_], p: Floats, w: Floats, leads: npt.NDArray[np.int64], samples: int, seed: int
) -> float:
    """95 % quantile of the calibration error when every probability is true; scores of a lead share their luck."""
    rng = np.random.default_rng(seed)
    draws = range(count_samples(len(y), samples))
    errors = [sorted_ece((rng.random(int(leads.max()) + 1)[leads] < p).astype(int), p, w) for _ in draws]
    return float(np.quantile(errors, CHANCE_QUANTILE))


def _json_of(figures: dict[str, Measured] | None) -> dict[str, Any] | None:
    return None if figures is None else {name: figure.to_json() for name, figure in figures.items()}
