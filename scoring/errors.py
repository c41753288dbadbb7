"""Everything that can go wrong when a score is asked for.

ScoringError
├── ArtefactError            a model's files are missing, changed or malformed
├── NoModelError             there is no champion: without a model there is no score
├── UnknownVersionError      the registry has no such version
├── NoPreviousChampionError  there is nothing to roll back to
└── FeatureMissingError      the rows lack a column that the model was trained on
"""

from __future__ import annotations


class ScoringError(Exception):
    """Root of this package's errors; `http_status` is the answer's status."""

    http_status = 500


class ArtefactError(ScoringError):
    """The model's files cannot be trusted or read."""


class NoModelError(ScoringError):
    """No champion is registered."""

    http_status = 503


class UnknownVersionError(ScoringError):
    """The registry has no such version of the model."""

    http_status = 404


class NoPreviousChampionError(ScoringError):
    """No earlier champion is known."""

    http_status = 409


class FeatureMissingError(ScoringError):
    """A column of the model is absent; a value may be null, its column may not be absent."""

    http_status = 422
