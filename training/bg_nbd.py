"""The most likely parameters of BG/NBD; the model and its source are in scoring/bg_nbd.py."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

from scoring.bg_nbd import BgNbd, History
from training.errors import BgNbdError

Floats = NDArray[np.float64]
MAX_LOG_PARAMETER = 12.0  # a parameter this large or small says that its spread cannot be told from none


def log_likelihood(model: BgNbd, of: History) -> Floats:
    """[n] log of the paper's equation 6."""
    r, alpha, a, b = astuple(model)
    counted = gammaln(r + of.x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    alive = betaln(a, b + of.x) - (r + of.x) * np.log(alpha + of.observed)
    lost = betaln(a + 1, b + np.maximum(of.x, 1) - 1) - (r + of.x) * np.log(alpha + of.t_x)
    return np.asarray(counted + np.where(of.x > 0, np.logaddexp(alive, lost), alive))


def fit_bg_nbd(of: History) -> BgNbd:
    """Most likely parameters for the customers with a purchase.

    Raises
    ------
    BgNbdError: no customer has one, or the search found no maximum.
    """
    known = of.take(of.is_known)
    if not len(known.x):
        raise BgNbdError(f"BG/NBD must have purchases to count, but none of {len(of.x):,} customers has one.")
    scale = float(known.observed.mean()) or 1.0  # near 1 for the search, whatever the unit of time
    scaled = History(known.x, known.t_x / scale, known.observed / scale)

    def loss(logs: Floats) -> float:
        return float(-log_likelihood(BgNbd(*np.exp(logs)), scaled).mean())

    bounds = [(-MAX_LOG_PARAMETER, MAX_LOG_PARAMETER)] * 4
    found = minimize(loss, np.zeros(4), method="L-BFGS-B", bounds=bounds, options={"maxiter": 500, "ftol": 1e-11})
    if not found.success or not np.isfinite(found.fun):
        raise BgNbdError(f"BG/NBD must find its most likely parameters, but got {found.message!r}.")
    r, alpha, a, b = map(float, np.exp(found.x))
    return BgNbd(r, alpha * scale, a, b)
