"""What monitoring asks of the rooms upstream, as narrow as it can be, so that tests can stand in for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd


class Column(Protocol):
    """A column that can drift: `features.schema.Feature` is one."""

    @property
    def name(self) -> str:
        """Name in the frame."""

    @property
    def kind(self) -> Literal["number", "category"]:
        """How it is compared."""

    @property
    def en(self) -> str:
        """Name for readers, English."""

    @property
    def zh(self) -> str:
        """Name for readers, Chinese."""

    @property
    def unit(self) -> str | None:
        """Unit of a number."""

    @property
    def words(self) -> Sequence[tuple[str, str, str]]:
        """(value, English, Chinese) of categories whose values are not words for people."""


class LeadSource(Protocol):
    """Leads as they were when they came in: `features.repository.FeatureRepository` is one."""

    def creation_frame(self, start: datetime, end: datetime, as_of: datetime) -> pd.DataFrame:
        """One row per lead created in [start, end) and known at as_of: features and context columns at creation."""

    def catalogue(self, model: str) -> Sequence[Column]:
        """The features of a model."""


class Model(Protocol):
    """A trained win model: `scoring.artefact.Artefact` is one."""

    @property
    def trained_as_of(self) -> datetime:
        """The moment up to which it learnt."""

    @property
    def horizon_days(self) -> int:
        """Days within which the win is foretold."""

    @property
    def metrics(self) -> Mapping[str, float]:
        """Figures on the test part."""

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Where it comes from: split, seed, baselines."""

    def encode(self, frame: pd.DataFrame) -> npt.NDArray[np.float32]:
        """Model input of a frame, shape [rows, columns]."""

    def predict(self, encoded: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Calibrated probabilities, shape [rows]."""


class ModelSource(Protocol):
    """The models in use: `scoring.registry.Registry` is one."""

    def load_champion(self, name: str) -> tuple[Model, int]:
        """The model in use and its version; `scoring.errors.NoModelError` where there is none."""
