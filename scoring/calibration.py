"""From a model's margin to log-odds that mean what they say. Every form is monotone and is plain JSON.

platt      slope x margin + intercept                            Platt 1999
beta       a ln p - b ln(1 - p) + c with a, b >= 0               Kull, Silva Filho and Flach 2017
isotonic   linear between knots, not falling                     Zadrozny and Elkan 2002
vector     scale_k x margin_k + bias_k, then softmax             Guo et al. 2017
`scale` and `offset` come last: the level of newer outcomes may have moved while the ranking stayed (Saerens et al.
2002).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Kind = Literal["identity", "platt", "beta", "isotonic", "vector"]


def sigmoid(log_odds: Floats) -> Floats:
    """Probability of log-odds, without overflow.

    >>> sigmoid(np.array([-800.0, 0.0])).tolist()
    [0.0, 0.5]
    """
    small = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0, 1 / (1 + small), small / (1 + small))


def logit(probability: Floats) -> Floats:
    """Log-odds of a probability, kept finite."""
    inside = np.clip(probability, 1e-15, 1 - 1e-15)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def softmax(margins: Floats) -> Floats:
    """Probabilities of margins, [n, classes]."""
    shifted = np.exp(margins - margins.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class Calibrator:
    """A monotone map from margin to log-odds.

    first, second: platt slope and intercept; beta a and b with `third` c; isotonic knots (margin, log-odds);
    vector scale and bias per class.
    """

    kind: Kind = "identity"
    first: tuple[float, ...] = ()
    second: tuple[float, ...] = ()
    third: float = 0.0
    offset: float = 0.0
    scale: float = 1.0

    def apply(self, margin: Floats) -> Floats:
        """Log-odds of each margin, [n]; for `vector` unnormalised log-probabilities, [n, classes]."""
        return self.scale * self._shape(margin) + self.offset

    def _shape(self, margin: Floats) -> Floats:
        if self.kind == "identity":
            return margin
        if self.kind == "vector":
            return np.asarray(margin * np.array(self.first) + np.array(self.second))
        if self.kind == "platt":
            return margin * self.first[0] + self.second[0]
        if self.kind == "isotonic":
            return np.asarray(np.interp(margin, *self._knots))
        # ln p and ln(1 - p) of a margin, without overflow
        log_p, log_not_p = -np.logaddexp(0, -margin), -np.logaddexp(0, margin)
        return np.asarray(self.first[0] * log_p - self.second[0] * log_not_p + self.third)

    @cached_property
    def _knots(self) -> tuple[Floats, Floats]:
        """As arrays: a thousand knots take longer to convert than a row to score."""
        return np.array(self.first), np.array(self.second)

    @property
    def is_linear(self) -> bool:
        """Whether contributions to the margin are, scaled, contributions to the calibrated log-odds."""
        return self.kind in ("identity", "platt", "vector")

    def with_offset(self, offset: float) -> Calibrator:
        """The same map, moved."""
        return replace(self, offset=offset)

    def at_level(self, scale: float, shift: Floats) -> Calibrator:
        """The same map, its log-odds times `scale` plus `shift`, [outputs]."""
        if len(shift) == 1:
            return replace(self, scale=self.scale * scale, offset=self.offset * scale + float(shift[0]))
        first = self.first or (1.0,) * len(shift)
        second = np.array(self.second or (0.0,) * len(shift)) + shift
        return Calibrator("vector", first, tuple(map(float, second)))

    def to_json(self) -> dict[str, Any]:
        """Plain values for model.json."""
        return {
            "kind": self.kind, "first": list(self.first), "second": list(self.second),
            "third": self.third, "offset": self.offset, "scale": self.scale,
        }  # fmt: skip

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Calibrator:
        """The inverse of `to_json`."""
        return cls(
            content["kind"],
            tuple(content["first"]),
            tuple(content["second"]),
            float(content["third"]),
            float(content["offset"]),
            float(content["scale"]),
        )
