"""Base rates move: the level of the log-odds follows the newest matured outcomes while the ranking stays.

The level is the likeliest for the newest rows whose horizon is over, drawn towards none (prior shift: Saerens, Latinne
and Decaestecker 2002, with labels in the place of their EM). How many rows are remembered is rehearsed on the
calibration part, day after day as in use (prequential: Dawid 1984); not to follow at all is the simplest and wins
unless another is better by one standard error. Seasons, for one, turn faster than outcomes mature, and then following
makes it worse.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from scoring.artefact import Artefact
from scoring.calibration import sigmoid, softmax
from scoring.metrics import row_losses
from training.calibrate import platt_parameters

Floats = NDArray[np.float64]
MEMORIES = (4000, 2000, 1000, 500, 250)
LEAST_ROWS = 50
SCALE_PRIOR, SHIFT_PRIOR = 20.0, 1.0  # inverse variances of the belief that nothing moved
PRIOR_ROWS = 20.0  # the same for several classes
STEPS, LEAST_STEP = 25, 1e-6
DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, eq=False)
class Told:
    """What was said of rows and what became of them, for following the level.

    log_odds: [n], or [n, classes] up to a constant. as_of: moment of the score; matured_at: end of the row's horizon.
    """

    log_odds: Floats
    y: NDArray[np.int_]
    w: Floats
    as_of: NDArray[np.datetime64]
    matured_at: NDArray[np.datetime64]

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Told:
        """Some of the rows."""
        return Told(self.log_odds[rows], self.y[rows], self.w[rows], self.as_of[rows], self.matured_at[rows])

    def and_also(self, other: Told) -> Told:
        """These rows and then the others."""
        pairs = [(getattr(self, name), getattr(other, name)) for name in ("log_odds", "y", "w", "as_of", "matured_at")]
        return Told(*(np.concatenate(pair) for pair in pairs))


@dataclass(frozen=True, eq=False)
class Level:
    """Log-odds become scale x log-odds + shift; `shift` is [outputs]."""

    scale: float
    shift: Floats

    def of(self, log_odds: Floats) -> Floats:
        """Log-odds at this level."""
        return self.scale * log_odds + (self.shift if log_odds.ndim == 2 else self.shift[0])


def level_of(told: Told) -> Level:
    """The level at which these outcomes are likeliest; near none where rows are few.

    Yes/no: scale and shift by Platt scaling around 1 and 0, since a market that moves also spreads otherwise. Several
    classes: one shift each, by iterative scaling (Deming and Stephan 1940).
    """
    if told.log_odds.ndim == 1:
        scale, shift = platt_parameters(told.log_odds, told.y, told.w, SCALE_PRIOR, SHIFT_PRIOR)
        return Level(scale, np.array([shift]))
    actual = np.bincount(told.y, weights=told.w, minlength=told.log_odds.shape[1])
    moves, before = np.zeros(len(actual)), _expected(told.log_odds, told.w)
    prior = PRIOR_ROWS * before / before.sum()
    for _ in range(STEPS):
        step = np.log((actual + prior) / (_expected(told.log_odds + moves, told.w) + prior))
        moves += step
        if np.abs(step).max() < LEAST_STEP:
            break
    return Level(1.0, moves)


def newest(known: Told, moment: np.datetime64, memory: int) -> Told | None:
    """The last `memory` rows matured by a moment; None where they are too few. known: in the order of maturity."""
    stop = int(np.searchsorted(known.matured_at, moment, side="right"))
    return known.take(np.arange(max(stop - memory, 0), stop)) if stop >= LEAST_ROWS else None


def followed(told: Told, known: Told, memory: int | None) -> Floats:
    """Log-odds of the rows of `told`, each at the level of what was matured by the start of its day.

    known: all rows whose outcomes may count once they are matured. memory: rows remembered; None: as they were.
    """
    if memory is None:
        return told.log_odds
    ordered = known.take(np.argsort(known.matured_at, kind="stable"))
    days = told.as_of.astype("datetime64[D]")
    result = told.log_odds.copy()
    for day in np.unique(days):
        window = newest(ordered, day, memory)
        if window is not None:
            result[days == day] = level_of(window).of(told.log_odds[days == day])
    return result


def probabilities(log_odds: Floats) -> Floats:
    """Probabilities of log-odds, [n] or [n, classes]."""
    return softmax(log_odds) if log_odds.ndim == 2 else sigmoid(log_odds)


def best_memory(told: Told, known: Told) -> int | None:
    """The memory that would have served the rows of `told` best; None for not following."""
    losses = {memory: row_losses(told.y, probabilities(followed(told, known, memory))) for memory in (None, *MEMORIES)}
    best = min(losses, key=lambda memory: float(np.average(losses[memory], weights=told.w)))
    return next(memory for memory in losses if memory == best or _is_close(losses[memory] - losses[best], told.w))


def _is_close(differences: Floats, w: Floats) -> bool:
    mean = float(np.average(differences, weights=w))
    spread = float(np.average((differences - mean) ** 2, weights=w))
    return mean <= float(np.sqrt(spread / len(differences)))


def _expected(log_odds: Floats, w: Floats) -> Floats:
    return np.asarray(w @ softmax(log_odds))


def at_newest_level(model: Artefact, memory: int | None, known: Told, moment: datetime) -> Artefact:
    """The model at the level of what was matured by a moment; as it is where it does not follow or too little was."""
    ordered = known.take(np.argsort(known.matured_at, kind="stable"))
    naive = np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")
    window = None if memory is None else newest(ordered, naive, memory)
    if window is None:
        return model
    level = level_of(window)
    return replace(model, calibrator=model.calibrator.at_level(level.scale, level.shift))
