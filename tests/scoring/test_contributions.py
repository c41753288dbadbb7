"""TreeSHAP's local accuracy (Lundberg et al. 2020): contributions and base sum to the explained log-odds."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.calibration import logit
from scoring.contributions import DOWN, STAY, UP, contributions
from tests.scoring.made import CALIBRATORS, artefact, rows


@pytest.mark.parametrize("calibrator", CALIBRATORS)
@pytest.mark.parametrize("rounds", [0, 12])
@pytest.mark.parametrize("count", [1, 400])  # one thread and many
def test_contributions_sum_to_the_calibrated_log_odds(calibrator: str, rounds: int, count: int) -> None:
    model = artefact("win", calibrator, rounds)
    encoded = model.encode(rows(count))
    found = contributions(model, encoded)
    assert found.base + found.values.sum(axis=1) == pytest.approx(logit(model.predict(encoded)), abs=1e-5)
    assert np.array_equal(model.contributions(encoded), found.values)
    assert found.margin.tobytes() == model.margin(encoded).tobytes()


@pytest.mark.parametrize("name", ["win", "churn", "rfm"])
def test_no_rows_have_no_contributions(name: str) -> None:
    model = artefact(name)
    encoded = model.encode(rows(1))[:0]
    found = contributions(model, encoded)
    assert (len(found.values), len(found.margin), len(model.margin(encoded))) == (0, 0, 0)


def test_calibration_keeps_the_order_and_the_sign_of_contributions() -> None:
    encoded = artefact().encode(rows())
    plain = contributions(artefact("win", "identity"), encoded).values
    bent = contributions(artefact("win", "beta"), encoded).values
    assert np.array_equal(np.argsort(np.abs(plain), axis=1), np.argsort(np.abs(bent), axis=1))
    assert np.array_equal(np.sign(plain), np.sign(bent))


def test_shift_is_explained_against_staying_and_upwards_where_down_cannot_be() -> None:
    model, frame = artefact("rfm"), rows()
    encoded = model.encode(frame)
    p, found = model.predict(encoded), contributions(model, encoded)
    is_lowest = (frame["rfm_tier"] == "maintenance").to_numpy()
    assert np.array_equal(found.target, np.where(is_lowest, UP, DOWN))
    ratio = np.log(p[np.arange(len(p)), found.target] / p[:, STAY])
    assert found.base + found.values.sum(axis=1) == pytest.approx(ratio, abs=1e-5)
