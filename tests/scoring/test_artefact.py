from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from scoring.artefact import Artefact
from scoring.errors import ArtefactError, FeatureMissingError
from scoring.manifest import write_manifest
from tests.scoring.made import artefact, rows


@pytest.mark.parametrize("name", ["win", "churn", "rfm"])
def test_loaded_model_predicts_what_the_saved_one_did(name: str, tmp_path: Path) -> None:
    made, frame = artefact(name), rows()
    made.save(tmp_path)
    loaded = Artefact.load(tmp_path)
    assert np.array_equal(loaded.predict(loaded.encode(frame)), made.predict(made.encode(frame)))
    assert loaded.features == made.features
    assert loaded.trained_as_of == made.trained_as_of


def test_saving_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        artefact().save(tmp_path / folder)
    for file in ("model.ubj", "model.json", "manifest.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


@pytest.mark.parametrize("file", ["model.ubj", "model.json"])
def test_a_flipped_byte_is_refused_before_parsing(file: str, tmp_path: Path) -> None:
    artefact().save(tmp_path)
    content = bytearray((tmp_path / file).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / file).write_bytes(content)
    with pytest.raises(ArtefactError, match="SHA-256"):
        Artefact.load(tmp_path)


@pytest.mark.parametrize("file", ["model.ubj", "model.json", "manifest.json"])
def test_an_absent_file_is_refused_by_name(file: str, tmp_path: Path) -> None:
    artefact().save(tmp_path)
    (tmp_path / file).unlink()
    with pytest.raises(ArtefactError, match=file):
        Artefact.load(tmp_path)


def test_a_model_that_scores_its_smoke_rows_otherwise_is_refused(tmp_path: Path) -> None:
    artefact().save(tmp_path)
    content = json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))
    content["calibrator"]["offset"] += 0.5
    (tmp_path / "model.json").write_text(json.dumps(content), encoding="utf-8")
    write_manifest(tmp_path, ["model.ubj", "model.json"])  # a manifest made anew does not help
    with pytest.raises(ArtefactError, match="smoke rows"):
        Artefact.load(tmp_path)


def test_a_manifest_of_junk_is_refused(tmp_path: Path) -> None:
    artefact().save(tmp_path)
    (tmp_path / "manifest.json").write_text("[1, 2", encoding="utf-8")
    with pytest.raises(ArtefactError, match="manifest in JSON"):
        Artefact.load(tmp_path)


def test_one_row_and_a_frame_give_the_same_numbers() -> None:
    model, frame = artefact(), rows()
    encoded = model.encode(frame)
    single = np.concatenate([model.encode_row(row) for row in frame.to_dict("records")])
    assert np.array_equal(encoded, single, equal_nan=True)
    assert model.predict(single[:1])[0] == pytest.approx(model.predict(encoded)[0], abs=1e-12)


def test_a_column_that_is_absent_is_an_error_not_a_missing_value() -> None:
    with pytest.raises(FeatureMissingError, match="lack size"):
        artefact().encode(rows().drop(columns="size"))


def test_no_rows_give_no_scores() -> None:
    assert artefact().predict(artefact().encode(rows(0))).shape == (0,)
    assert artefact("rfm").predict(artefact("rfm").encode(rows(0))).shape == (0, 3)


def test_tier_shifts_that_cannot_happen_have_no_probability() -> None:
    model, frame = artefact("rfm"), rows()
    p = model.predict(model.encode(frame))
    assert np.all(p[frame["rfm_tier"] == "maintenance", 0] == 0)
    assert np.all(p[frame["rfm_tier"] == "strategic", 2] == 0)
    assert p.sum(axis=1) == pytest.approx(1)
