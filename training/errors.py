"""Everything for which a model is not trained.

TrainingError
├── UnknownModelError        no such model
├── TooFewExamplesError      too few closed examples of a class; says how many are missing
│   └── OneClassError        every known outcome is the same
├── HistoryTooShortError     the history does not hold a fit, a calibration and a test part
└── BgNbdError               BG/NBD has no most likely parameters for these purchases
"""

from __future__ import annotations


class TrainingError(Exception):
    """Root of this package's errors; `http_status` is the answer's status."""

    http_status = 422


class UnknownModelError(TrainingError):
    """The model is not one of win, churn and rfm."""

    http_status = 404


class TooFewExamplesError(TrainingError):
    """There is too little to learn from."""


class OneClassError(TooFewExamplesError):
    """There is nothing to tell apart."""


class HistoryTooShortError(TrainingError):
    """Time does not suffice for parts that do not overlap."""


class BgNbdError(TrainingError):
    """The search for the parameters of BG/NBD failed."""
