from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

CLASS_COUNT = {"win": 2, "churn": 2, "rfm": 3}
STAY = 1


class FeatureLike(Protocol):
    """A feature as `features.schema.Feature` describes it."""

    @property
    def name(self) -> str:
        """Column."""

    @property
    def kind(self) -> str:
        """Number or category."""

    @property
    def en(self) -> str:
        """English label."""

    @property
    def zh(self) -> str:
        """Chinese label."""

    @property
    def unit(self) -> str | None:
        """Unit of a number."""

    @property
    def is_accepted(self) -> bool:
        """Whether the mapping vouches that it does not know the outcome."""

    @property
    def words(self) -> tuple[tuple[str, str, str], ...]:
        """(value, English, Chinese) of a category."""


@dataclass(frozen=True)
class RfmTierFeature:
    """The tier a customer has now, without which a shift of it means nothing."""

    name: str = "rfm_tier"
    kind: str = "category"
    en: str = "Tier"
    zh: str = "客户层级"
    unit: str | None = None
    words: tuple[tuple[str, str, str], ...] = ()
    is_accepted: bool = False


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled rows of one model; grain: (entity, as_of). All arrays have one entry per row of `frame`.

    y: win, churn 0 or 1; rfm 0 down, 1 stay, 2 up. w: weight > 0. group_at: moment by which rows are put in order of
    time (a lead's creation, a customer's landmark). Moments are naive UTC.
    """

    model: str
    frame: pd.DataFrame
    features: tuple[FeatureLike, ...]
    y: NDArray[np.int_]
    w: NDArray[np.float64]
    entity: NDArray[np.int_]
    group_at: NDArray[np.datetime64]
    as_of: NDArray[np.datetime64]
    known_at: NDArray[np.datetime64]
    max_known_at: NDArray[np.datetime64]
    horizon_days: int

    @classmethod
    def of(cls, model: str, training_frame: Any) -> Dataset:
        """The rows of a `features.repository.TrainingFrame`, oldest first."""
        frame = training_frame.frame.sort_values(
            ["group_started_at", "as_of", "entity_id"], kind="stable", ignore_index=True
        )
        features: tuple[FeatureLike, ...] = tuple(training_frame.features)
        if model == "rfm" and "rfm_tier" in frame.columns and all(feature.name != "rfm_tier" for feature in features):
            features = (*features, RfmTierFeature())
        return cls(
            model=model, frame=frame, features=features, y=frame["label"].to_numpy(dtype=np.int_),
            w=frame["weight"].to_numpy(dtype=np.float64), entity=pd.factorize(frame["entity_id"])[0],
            group_at=_moments(frame["group_started_at"]), as_of=_moments(frame["as_of"]),
            known_at=_moments(frame["known_at"]),
            max_known_at=_moments(frame["max_known_at"]), horizon_days=int(training_frame.horizon_days),
        )  # fmt: skip

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.y)

    @property
    def is_by_entity(self) -> bool:
        """Whether an entity is one case with one start (a lead), rather than seen again and again (a customer)."""
        return self.model == "win"

    @property
    def class_count(self) -> int:
        """Number of classes."""
        return CLASS_COUNT[self.model]

    @property
    def is_positive(self) -> NDArray[np.bool_]:
        """What the model looks for: won, churned, tier changed."""
        return np.asarray(self.y != STAY if self.class_count > 2 else self.y == 1)

    def take(self, rows: NDArray[Any]) -> Dataset:
        """Some of the rows, by position or mask, in the order given."""
        arrays = {
            name: getattr(self, name)[rows]
            for name in ("y", "w", "entity", "group_at", "as_of", "known_at", "max_known_at")
        }  # fmt: skip
        positions = np.flatnonzero(rows) if rows.dtype == bool else rows
        return replace(self, frame=self.frame.iloc[positions].reset_index(drop=True), **arrays)

    def weighted(self, factor: NDArray[np.float64]) -> Dataset:
        """The same rows with their weights multiplied."""
        return replace(self, w=self.w * factor)

    def without(self, columns: Sequence[str]) -> Dataset:
        """The same rows without some of the features."""
        return replace(self, features=tuple(feature for feature in self.features if feature.name not in columns))

    def fingerprint(self) -> str:
        """SHA-256 over rows, labels and the names of the features: the same data has the same one."""
        digest = hashlib.sha256("|".join([self.model, *(f"{f.name}:{f.kind}" for f in self.features)]).encode())
        columns = list(dict.fromkeys(["entity_id", "as_of", "label", *(f.name for f in self.features)]))
        for column in columns:
            digest.update(pd.util.hash_pandas_object(_hashable(self.frame[column]), index=False).to_numpy().tobytes())
        return digest.hexdigest()

    def sampled(self, max_rows: int, seed: int) -> Dataset:
        """At most about `max_rows` rows; whole entities are kept or left out."""
        if len(self) <= max_rows:
            return self
        count = int(self.entity.max()) + 1
        is_kept = np.random.default_rng(seed).random(count) < max_rows / len(self)
        return self.take(is_kept[self.entity])


def _moments(column: pd.Series) -> NDArray[np.datetime64]:
    return pd.to_datetime(column, utc=True).dt.tz_localize(None).to_numpy(dtype="datetime64[us]")


def _hashable(column: pd.Series) -> pd.Series:
    # A column of mixed types cannot be hashed as it is.
    return column.map(str) if column.dtype == object else column
