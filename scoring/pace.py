"""A customer's own pace as part of a scorecard: log-odds of no purchase within the horizon by BG/NBD."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.bg_nbd import BgNbd, History

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]
PACE_COLUMNS = ("order_count_total", "tenure_days", "recency_days")
MAX_LOG_ODDS = 6.0  # beyond 1 in 400 the form of the model is not to be trusted


@dataclass(frozen=True)
class Pace:
    """columns: those of `PACE_COLUMNS` in the encoded rows. average: a row of them against which values are explained;
    a row without purchases counts as it. weight: factor of the log-odds.
    """

    model: BgNbd
    horizon_days: int
    columns: tuple[int, int, int]
    average: tuple[float, float, float]
    weight: float = 1.0

    def margin(self, encoded: Matrix) -> Floats:
        """Log-odds of each row, [n]."""
        return self._log_odds(self._known(encoded))

    @property
    def base(self) -> float:
        """Log-odds of the average row."""
        return float(self._log_odds(np.array([self.average]))[0])

    def contributions(self, encoded: Matrix) -> Floats:
        """What each of the three values adds to `base`, [n, 3]: Shapley values, the mean over the six orders in which
        the average row's values can be replaced by the row's own (Shapley 1953). They sum to margin - base.
        """
        known = self._known(encoded)
        result = np.zeros_like(known)
        for order in permutations(range(3)):
            mixed = np.tile(np.array(self.average), (len(known), 1))
            before = self._log_odds(mixed)
            for column in order:
                mixed[:, column] = known[:, column]
                after = self._log_odds(mixed)
                result[:, column] += (after - before) / 6
                before = after
        return result

    def to_json(self) -> dict[str, Any]:
        """Plain values for model.json."""
        return {**asdict(self), "columns": list(self.columns), "average": list(self.average)}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Pace:
        """The inverse of `to_json`."""
        count, tenure, recency = content["columns"]
        first, second, third = content["average"]
        return cls(BgNbd(**content["model"]), int(content["horizon_days"]), (count, tenure, recency),
                   (first, second, third), float(content["weight"]))  # fmt: skip

    def _known(self, encoded: Matrix) -> Floats:
        values = encoded[:, list(self.columns)].astype(np.float64)
        is_known = History.of(*values.T).is_known
        return np.where(is_known[:, None], values, np.array(self.average))

    def _log_odds(self, values: Floats) -> Floats:
        count, tenure, recency = values.T
        # A row mixed of two customers' values may have had its last purchase before its first.
        p = self.model.silent(
            History.of(np.maximum(count, 1.0), tenure, np.minimum(recency, tenure)), self.horizon_days
        )
        odds = np.log(np.maximum(p, 1e-12)) - np.log(np.maximum(1 - p, 1e-12))
        return np.asarray(self.weight * np.clip(odds, -MAX_LOG_ODDS, MAX_LOG_ODDS))
