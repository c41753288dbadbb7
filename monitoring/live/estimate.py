"""What the scores themselves say of their performance, before outcomes are known. An estimate, and marked as one.

If a probability p is calibrated, its lead is won with p and not won with 1 - p. So each score counts as p of a win and
1 - p of a loss, and every figure follows with these weights:

    log loss = mean of -(p ln p + (1 - p) ln(1 - p))         Brier = mean of p (1 - p)
    ROC AUC  = that of the pairs (1, p) with weight p and (0, p) with weight 1 - p

It sees a change of who comes in (covariate shift) and is blind to a change of what leads are worth (concept drift), for
which the realised figures are there. A calibration error cannot be estimated this way: it is what is assumed away.

Sources: confidence-based performance estimation (CBPE), NannyML documentation, "Estimating performance of
classification models"; S. Garg et al., "Leveraging unlabeled data to predict out-of-distribution performance", ICLR
2022, for the average confidence that it rests on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from configs.sections.monitoring import LiveRules
from monitoring.live.measured import Measured, finite
from monitoring.live.resampling import intervals_of
from scoring.metrics import brier, log_loss, roc_auc

Floats = npt.NDArray[np.float64]


def estimated_figures(rows: pd.DataFrame, rules: LiveRules, seed: int) -> dict[str, Measured] | None:
    """roc_auc, log_loss, brier and win_rate expected of these scores; None with fewer than `min_leads` leads."""
    leads = np.unique(rows["lead_id"].to_numpy(str), return_inverse=True)[1]
    if len(rows) == 0 or int(leads.max()) + 1 < rules.min_leads:
        return None
    p = rows["win_probability"].to_numpy(np.float64)
    order = np.argsort(p, kind="stable")
    p, leads = p[order], leads[order]
    w = 1.0 / np.bincount(leads)[leads]
    intervals = intervals_of(lambda weights: expected_figures(p, weights), w, leads, rules.samples, seed)
    return {name: Measured(finite(value), intervals[name]) for name, value in expected_figures(p, w).items()}


def expected_figures(p: Floats, w: Floats) -> Mapping[str, float]:
    """Figures expected of calibrated probabilities p with weights w, both [n].

    >>> {name: round(value, 4) for name, value in expected_figures(np.array([0.1, 0.5]), np.ones(2)).items()}
    {'roc_auc': 0.7381, 'log_loss': 0.5091, 'brier': 0.17, 'win_rate': 0.3}
    """
    kept = w > 0
    p, w = p[kept], w[kept]
    y = np.repeat([1, 0], len(p))
    both: Any = (y, np.tile(p, 2), np.concatenate([w * p, w * (1 - p)]))
    return {
        "roc_auc": roc_auc(*both), "log_loss": log_loss(*both), "brier": brier(*both),
        "win_rate": float(np.average(p, weights=w)),
    }  # fmt: skip
