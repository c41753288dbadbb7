from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.calibration import Calibrator, sigmoid, softmax
from scoring.encoding import encode_frame, encode_row, encode_rows
from scoring.errors import ArtefactError
from scoring.feature_spec import FeatureSpec
from scoring.manifest import read_verified, write_manifest
from scoring.packed_trees import PackedTrees
from scoring.quick_xgboost import xgb
from scoring.reason_groups import columns_by_group
from scoring.reason_words import FeatureWords
from scoring.scorecard import Scorecard
from scoring.wording import Wording

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]
FILES = ["model.ubj", "model.json"]
SMOKE_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Mask:
    """A class that cannot happen to rows with this code in this column, such as moving up from the highest tier."""

    column: int
    code: int
    label: int


@dataclass(frozen=True, eq=False)
class Artefact:
    """What a model is once trained: everything needed to score, to explain and to judge drift; no pickle.

    name: win, churn or rfm.
    booster, scorecard: a row's margin is the scorecard's margin plus the sum of the trees times `tree_weight`.
    grade_thresholds: least probability of grades A, B and C.
    reference: per feature, how values were spread and what they meant in the fit part (see training/reference.py).
    metrics: on the test part.
    provenance: split in words, seed, fingerprint of the data; plain JSON, without clock or run.
    smoke: rows with their prediction, which a loaded model must reproduce.
    """

    name: str
    features: tuple[FeatureSpec, ...]
    booster: xgb.Booster
    scorecard: Scorecard
    calibrator: Calibrator
    trained_as_of: datetime
    horizon_days: int
    tree_weight: float = 1.0
    masks: tuple[Mask, ...] = ()
    grade_thresholds: Mapping[str, float] = field(default_factory=dict)
    reference: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    smoke: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """One thread: with more, single rows have a p99 ten times as high."""
        self.booster.set_param({"nthread": 1})

    # Prediction

    def encode(self, frame: pd.DataFrame) -> Matrix:
        """Numbers of a frame's rows, [n, k]; see `encode_frame`."""
        return encode_frame(self.features, frame)

    def encode_row(self, values: Mapping[str, Any]) -> Matrix:
        """Numbers of one row, [1, k]; see `encode_row`."""
        return encode_row(self.features, values)

    def encode_rows(self, rows: Sequence[Mapping[str, Any]]) -> Matrix:
        """Numbers of rows, [n, k]; see `encode_rows`."""
        return encode_rows(self.features, rows)

    def margin(self, encoded: Matrix) -> Floats:
        """Log-odds before calibration, [n]; rfm: unnormalised log-probabilities, [n, 3]."""
        return self.margin_of(self.scorecard.margin(encoded), self.tree_margin(encoded))

    def tree_margin(self, encoded: Matrix) -> Matrix:
        """Sum of the trees, [n, outputs]."""
        if len(encoded) == 0:
            return np.empty((0, len(self.scorecard.intercept)), dtype=np.float32)
        trees: Matrix = self.booster.inplace_predict(encoded, predict_type="margin").reshape(len(encoded), -1)
        return trees

    def margin_of(self, start: Floats, trees: Matrix) -> Floats:
        """The margin from the scorecard's and the sum of the trees, both [n, outputs]."""
        total: Floats = start + self.tree_weight * trees.astype(np.float64)
        return total if self.is_multiclass else total[:, 0]

    def predict(self, encoded: Matrix) -> Floats:
        """Calibrated probabilities: [n] for win and churn; [n, 3] (down, stay, up) for rfm."""
        if len(encoded) == 0:
            return np.empty((0, len(self.scorecard.intercept))) if self.is_multiclass else np.empty(0)
        log_odds = self.log_odds(encoded)
        return softmax(log_odds) if self.is_multiclass else sigmoid(log_odds)

    def log_odds(self, encoded: Matrix) -> Floats:
        """Calibrated log-odds, [n]; rfm: unnormalised log-probabilities, [n, 3], -inf for what cannot happen."""
        log_odds = self.calibrator.apply(self.margin(encoded))
        return np.where(self.impossible(encoded), -np.inf, log_odds) if self.is_multiclass else log_odds

    def impossible(self, encoded: Matrix) -> NDArray[np.bool_]:
        """Which class cannot happen to which row, [n, classes]."""
        result = np.zeros((len(encoded), len(self.scorecard.intercept)), dtype=bool)
        for mask in self.masks:
            result[encoded[:, mask.column] == mask.code, mask.label] = True
        return result

    @property
    def is_multiclass(self) -> bool:
        """Whether the model tells several classes apart."""
        return len(self.scorecard.intercept) > 1

    # Explanation

    def contributions(self, encoded: Matrix) -> Floats:
        """What each value adds to the calibrated log-odds, [n, k]; see `scoring.contributions`."""
        from scoring.contributions import contributions  # noqa: PLC0415 (that module needs this class)

        return contributions(self, encoded).values

    @cached_property
    def reason_columns(self) -> dict[str, list[int]]:
        """Columns of each group of features that is told as one reason."""
        return columns_by_group([spec.name for spec in self.features])

    @cached_property
    def reason_slices(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """All columns, group by group, and where each group begins among them."""
        columns = list(self.reason_columns.values())
        return np.concatenate(columns).astype(np.intp), np.cumsum([0, *(len(own) for own in columns[:-1])])

    def words(self, wording: Wording) -> list[FeatureWords]:
        """How the values of each feature are told."""
        if wording not in self._words:
            known, overall = self.reference.get("features", {}), self.reference.get("rates", [])
            self._words[wording] = [
                FeatureWords(spec, known.get(spec.name, {}), overall, wording) for spec in self.features
            ]
        return self._words[wording]

    @cached_property
    def _words(self) -> dict[Wording, list[FeatureWords]]:
        return {}

    @cached_property
    def packed_trees(self) -> PackedTrees | None:
        """The trees as tables, for explaining few rows; None where they are too deep for it."""
        return PackedTrees.of(self.booster, len(self.features))

    @cached_property
    def wide_booster(self) -> xgb.Booster:
        """The same trees on every core, for explaining many rows."""
        copy = self.booster.copy()
        copy.set_param({"nthread": 0})
        return copy

    # Files

    def save(self, folder: Path) -> None:
        """Write model.ubj, model.json and manifest.json; the same model gives the same bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "model.ubj").write_bytes(bytes(self.booster.save_raw("ubj")))
        content = json.dumps(_to_json(self), ensure_ascii=False, indent=1, allow_nan=False)
        (folder / "model.json").write_text(content + "\n", encoding="utf-8")
        write_manifest(folder, FILES)

    @classmethod
    def load(cls, folder: Path) -> Artefact:
        """Read an artefact whose hashes are the manifest's and which reproduces its smoke rows.

        Raises
        ------
        ArtefactError: a file is absent, changed or malformed, or a smoke row comes out differently.
        """
        contents = read_verified(folder, FILES)
        try:
            booster = xgb.Booster()
            booster.load_model(bytearray(contents["model.ubj"]))
            artefact = _from_json(json.loads(contents["model.json"]), booster)
        except (ValueError, KeyError, TypeError, xgb.core.XGBoostError) as error:
            raise ArtefactError(f"The artefact in {folder} must be a model, but cannot be read: {error}.") from None
        artefact.check_smoke(folder)
        return artefact

    def check_smoke(self, where: Path) -> None:
        """Refuse a model that scores its own smoke rows otherwise than it did when it was made."""
        if not self.smoke.get("rows"):
            return
        encoded = np.array([[np.nan if v is None else v for v in row] for row in self.smoke["rows"]], dtype=np.float32)
        gap = float(np.max(np.abs(self.predict(encoded) - np.array(self.smoke["predictions"]))))
        if not gap <= SMOKE_TOLERANCE:
            raise ArtefactError(f"The model in {where} must reproduce its smoke rows, but is off by {gap:.2g}.")


def _to_json(artefact: Artefact) -> dict[str, Any]:
    return {
        "name": artefact.name,
        "trained_as_of": artefact.trained_as_of.isoformat(),
        "horizon_days": artefact.horizon_days,
        "features": [spec.to_json() for spec in artefact.features],
        "scorecard": artefact.scorecard.to_json(),
        "tree_weight": artefact.tree_weight,
        "calibrator": artefact.calibrator.to_json(),
        "masks": [[mask.column, mask.code, mask.label] for mask in artefact.masks],
        "grade_thresholds": dict(artefact.grade_thresholds),
        "metrics": dict(artefact.metrics),
        "provenance": dict(artefact.provenance),
        "smoke": dict(artefact.smoke),
        "reference": dict(artefact.reference),
    }


def _from_json(content: dict[str, Any], booster: xgb.Booster) -> Artefact:
    features = tuple(FeatureSpec.from_json(spec) for spec in content["features"])
    if booster.num_features() not in (0, len(features)):
        raise ValueError(f"model.ubj has {booster.num_features()} features and model.json {len(features)}")
    return Artefact(
        name=content["name"],
        features=features,
        booster=booster,
        scorecard=Scorecard.from_json(content["scorecard"]),
        tree_weight=float(content["tree_weight"]),
        calibrator=Calibrator.from_json(content["calibrator"]),
        trained_as_of=datetime.fromisoformat(content["trained_as_of"]),
        horizon_days=int(content["horizon_days"]),
        masks=tuple(Mask(*mask) for mask in content["masks"]),
        grade_thresholds=content["grade_thresholds"],
        reference=content["reference"],
        metrics=content["metrics"],
        provenance=content["provenance"],
        smoke=content["smoke"],
    )
