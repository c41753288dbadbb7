"""Fit each form of calibrator (scoring/calibration.py) to margins of rows that the model was not fit on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.isotonic import IsotonicRegression

from scoring.calibration import Calibrator, logit, sigmoid, softmax
from scoring.metrics import log_loss

Floats = NDArray[np.float64]
Labels = NDArray[np.int_]
FAR = 50.0
SLOPE_PRIOR = 4.0  # inverse variance of the slope around 1: without data the margin is taken as it is
OFFSET_PRIOR = 0.25


def fit_platt(margin: Floats, y: Labels, w: Floats) -> Calibrator:
    """Slope (not negative) and intercept by penalised maximum likelihood, Newton's method."""
    slope, intercept = platt_parameters(margin, y, w)
    return Calibrator("platt", (slope,), (intercept,))


def platt_parameters(
    margin: Floats, y: Labels, w: Floats, slope_prior: float = SLOPE_PRIOR, offset_prior: float = OFFSET_PRIOR
) -> tuple[float, float]:
    """(slope, intercept) of Platt scaling, by Newton's method with halved steps where a whole one would overshoot.

    slope_prior, offset_prior: inverse variances around 1 and 0.
    """
    columns = np.stack([margin, np.ones_like(margin)], axis=1)
    prior, theta = np.array([slope_prior, offset_prior]), np.array([1.0, 0.0])
    around = theta.copy()

    def loss(point: Floats) -> float:
        z = columns @ point
        return float(w @ (np.logaddexp(0, z) - y * z) + prior @ (point - around) ** 2 / 2)

    now = loss(theta)
    for _ in range(30):
        p = sigmoid(columns @ theta)
        gradient = columns.T @ (w * (p - y)) + prior * (theta - around)
        step = np.linalg.solve((columns.T * (w * p * (1 - p))) @ columns + np.diag(prior), gradient)
        size = 1.0
        while (there := loss(theta - size * step)) > now and size > 1e-4:
            size /= 2
        if now - there < 1e-10 * abs(now):
            break
        theta, now = theta - size * step, there
    if theta[0] < 0:  # worse than useless: the rate alone is honest
        return 0.0, fit_offset(np.zeros_like(margin), y, w)
    return float(theta[0]), float(theta[1])


def fit_offset(log_odds: Floats, y: Labels | Floats, w: Floats) -> float:
    """The shift of all log-odds that makes mean probability and rate agree, penalised towards none.

    y: outcomes, or the probabilities of another model.
    """
    offset = 0.0
    for _ in range(30):
        p = sigmoid(log_odds + offset)
        step = (w @ (p - y) + OFFSET_PRIOR * offset) / (w @ (p * (1 - p)) + OFFSET_PRIOR)
        offset -= float(np.clip(step, -2, 2))
        if abs(step) < 1e-9:
            break
    return offset


def fit_beta(margin: Floats, y: Labels, w: Floats) -> Calibrator:
    """Beta calibration (Kull et al. 2017), a and b not negative."""
    left, right = -np.logaddexp(0, -margin), np.logaddexp(0, margin)
    columns = np.stack([left, right, np.ones_like(margin)], axis=1)

    def loss(theta: Floats) -> tuple[float, Floats]:
        z = columns @ theta
        gradient = columns.T @ (w * (sigmoid(z) - y)) / w.sum()
        return float(np.average(np.logaddexp(0, z) - y * z, weights=w)), gradient

    found = minimize(
        loss, np.array([1.0, 1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(0, None), (0, None), (None, None)]
    )
    a, b, c = (float(value) for value in found.x)
    return Calibrator("beta", (a,), (b,), c)


def fit_isotonic(margin: Floats, y: Labels, w: Floats) -> Calibrator:
    """Isotonic regression, linear between the middles of its blocks; no block may claim certainty."""
    model = IsotonicRegression(out_of_bounds="clip").fit(margin, y, sample_weight=w)
    fitted = model.predict(margin)
    order = np.argsort(margin, kind="stable")
    starts = np.flatnonzero(np.diff(fitted[order], prepend=-1.0))
    blocks = np.split(order, starts[1:])
    knots = [float(np.average(margin[block], weights=w[block])) for block in blocks]
    # Laplace's rule keeps a block of only losses from promising never.
    rates = [(float(w[block] @ y[block]) + 0.5) / (float(w[block].sum()) + 1.0) for block in blocks]
    levels = np.maximum.accumulate(logit(np.array(rates)))
    # Beyond what was seen it goes on as Platt scaling would: a refit model's margins may lie higher.
    rise = FAR * platt_parameters(margin, y, w)[0]
    x = [knots[0] - FAR, *knots, knots[-1] + FAR]
    return Calibrator("isotonic", tuple(x), (levels[0] - rise, *map(float, levels), levels[-1] + rise))


def fit_vector(margin: Floats, y: Labels, w: Floats, *, is_temperature: bool) -> Calibrator:
    """Vector scaling, or its special case of one temperature (Guo et al. 2017); margin: [n, classes]."""
    classes = margin.shape[1]

    def parts(theta: Floats) -> tuple[Floats, Floats]:
        scale = np.repeat(theta[:1], classes) if is_temperature else theta[:classes]
        return scale, np.zeros(classes) if is_temperature else theta[classes:]

    def loss(theta: Floats) -> float:
        scale, bias = parts(theta)
        shrink = SLOPE_PRIOR * ((scale - 1) ** 2).sum() + OFFSET_PRIOR * (bias**2).sum()
        return log_loss(y, softmax(margin * scale + bias), w) + float(shrink / 2 / w.sum())

    start = np.ones(1) if is_temperature else np.concatenate([np.ones(classes), np.zeros(classes)])
    bounds = [(0.05, 20.0)] * (1 if is_temperature else classes) + [(-10.0, 10.0)] * (0 if is_temperature else classes)
    scale, bias = parts(minimize(loss, start, method="L-BFGS-B", bounds=bounds).x)
    return Calibrator("vector", tuple(map(float, scale)), tuple(map(float, bias)))


def anchored(calibrator: Calibrator, margin: Floats, y: Labels, w: Floats) -> Calibrator:
    """The calibrator with the offset at which mean probability and rate of these rows agree."""
    return calibrator.with_offset(fit_offset(calibrator.with_offset(0.0).apply(margin), y, w))
