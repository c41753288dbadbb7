"""BG/NBD: customers buy at a steady pace of their own until, after some purchase, they never buy again.

Purchases come as a Poisson process with rate lambda ~ Gamma(r, alpha); after each purchase a customer is lost with
probability p ~ Beta(a, b). Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the
Pareto/NBD Model, Marketing Science 24(2), 275-284. It knows nothing of seasons or of what was bought, and so it does
not mistake one season for the next.

A history is (x, t_x, T): repeat purchases, time of the last and time observed, both counted from the first purchase.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """Purchases of customers, [n] each: `x` repeat purchases, `t_x` time of the last, `observed` T, in one unit."""

    x: Floats
    t_x: Floats
    observed: Floats

    @classmethod
    def of(cls, count: Floats, observed: Floats, since_last: Floats) -> History:
        """From purchases in all, time since the first and time since the last; NaN where there was none."""
        return cls(count - 1.0, observed - since_last, observed)

    @property
    def is_known(self) -> NDArray[np.bool_]:
        """[n] whether there is a purchase to count from."""
        return np.asarray((self.x >= 0) & np.isfinite(self.observed) & np.isfinite(self.t_x))

    def take(self, rows: NDArray[np.bool_]) -> History:
        """Some of the customers."""
        return History(self.x[rows], self.t_x[rows], self.observed[rows])


@dataclass(frozen=True)
class BgNbd:
    """The four parameters; alpha in the unit of time of the histories."""

    r: float
    alpha: float
    a: float
    b: float

    def alive(self, of: History) -> Floats:
        """[n] probability of not being lost at T. Nobody can be lost before a repeat purchase."""
        odds = self.a / (self.b + np.maximum(of.x, 1) - 1) * np.exp(
            (self.r + of.x) * np.log((self.alpha + of.observed) / (self.alpha + of.t_x))
        )  # fmt: skip
        return np.asarray(np.where(of.x > 0, 1 / (1 + odds), 1.0))

    def silent(self, of: History, horizon: float) -> Floats:
        """[n] probability of no purchase in (T, T + horizon].

        Those alive buy at rates ~ Gamma(r + x, alpha + T), since being lost does not depend on the rate; the
        expectation of exp(-lambda horizon) is that of a Gamma.
        """
        base = self.alpha + of.observed
        none_if_alive = np.exp((self.r + of.x) * np.log(base / (base + horizon)))
        return np.asarray(1 - self.alive(of) * (1 - none_if_alive))
