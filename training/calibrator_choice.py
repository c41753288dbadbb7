"""Which form of calibrator to use: rehearsed one step earlier in time, as it will be used.

The forms learn from the block before the calibration part, by a model fit before that block, and are judged on the
calibration part. That way a form that only follows what moves from block to block loses to leaving the margin as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.calibration import Calibrator, sigmoid, softmax
from scoring.metrics import row_losses
from training.calibrate import anchored, fit_beta, fit_isotonic, fit_platt, fit_vector

Floats = NDArray[np.float64]
Labels = NDArray[np.int_]
Fit = Callable[[Floats, Labels, Floats], Calibrator]
MANY_OF_A_CLASS = 200  # beta and isotonic need this many rows of each class


@dataclass(frozen=True, eq=False)
class Margins:
    """Margins of a part, [n] or [n, classes], with its labels and weights."""

    margin: Floats
    y: Labels
    w: Floats


def choose_calibrator(
    before: Margins | None, level: Margins, now: Margins, *, is_mature: bool, has_seasons: bool = False
) -> Calibrator:
    """The calibrator fit on `now`, in the form that was best when fit on `before`, brought to the level of `level`,
    and used on `now`.

    A form must be better than the simplest, no calibration, by one standard error.
    before: None where history has no block to rehearse on; then Platt or temperature scaling, which barely move a
    margin when rows are few. is_mature: whether slow outcomes of `now` had time to show. has_seasons: whether `now` is
    one season and what is to come another, so that without rehearsal its level teaches nothing.
    """
    forms = forms_for(now, is_mature=is_mature)
    if before is None:
        unrehearsed = "identity" if has_seasons and now.margin.ndim == 1 else "platt"
        return forms[unrehearsed if now.margin.ndim == 1 else "temperature"](now.margin, now.y, now.w)
    losses = {
        name: _losses(_levelled(fit(before.margin, before.y, before.w), level), now) for name, fit in forms.items()
    }
    gains = {name: _gain(losses["identity"] - loss, now.w) for name, loss in losses.items()}
    return forms[max(gains, key=lambda name: gains[name])](now.margin, now.y, now.w)


def forms_for(part: Margins, *, is_mature: bool) -> Mapping[str, Fit]:
    """The forms that a part can teach, the simplest first: many parameters need many rows, and slow outcomes as
    well.
    """
    if part.margin.ndim == 2:
        return {"identity": _identity, "temperature": _temperature, "vector": _vector}
    if min(np.bincount(part.y, minlength=2)) < MANY_OF_A_CLASS or not is_mature:
        return {"identity": _identity, "shift": _shift, "platt": fit_platt}
    return {"identity": _identity, "shift": _shift, "platt": fit_platt, "beta": fit_beta, "isotonic": fit_isotonic}


def _levelled(calibrator: Calibrator, level: Margins) -> Calibrator:
    is_shape = calibrator.kind in ("platt", "beta", "isotonic")
    return anchored(calibrator, level.margin, level.y, level.w) if is_shape else calibrator


def _identity(margin: Floats, y: Labels, w: Floats) -> Calibrator:  # noqa: ARG001 (a form like the others)
    return Calibrator()


def _shift(margin: Floats, y: Labels, w: Floats) -> Calibrator:
    """The margin at the level of these rows."""
    return anchored(Calibrator("platt", (1.0,), (0.0,)), margin, y, w)


def _temperature(margin: Floats, y: Labels, w: Floats) -> Calibrator:
    return fit_vector(margin, y, w, is_temperature=True)


def _vector(margin: Floats, y: Labels, w: Floats) -> Calibrator:
    return fit_vector(margin, y, w, is_temperature=False)


def _losses(calibrator: Calibrator, part: Margins) -> Floats:
    log_odds = calibrator.apply(part.margin)
    return row_losses(part.y, softmax(log_odds) if log_odds.ndim == 2 else sigmoid(log_odds))


def _gain(differences: Floats, w: Floats) -> float:
    """Mean gain less one standard error; 0 for less than that."""
    mean = float(np.average(differences, weights=w))
    spread = float(np.average((differences - mean) ** 2, weights=w))
    return max(mean - float(np.sqrt(spread / len(differences))), 0.0)
