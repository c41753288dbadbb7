from __future__ import annotations

import numpy as np
import pytest

from scoring.calibration import sigmoid
from scoring.feature_spec import FeatureSpec
from training.scorecards import fit_scorecard


def rates(counts: dict[str, int], true: dict[str, float], seed: int = 0) -> dict[str, float]:
    """Shrunk win rate of each channel, learnt from simulated leads."""
    rng = np.random.default_rng(seed)
    names = list(counts)
    codes = np.repeat(np.arange(len(names)), list(counts.values()))
    y = (rng.random(len(codes)) < np.array([true[name] for name in names])[codes]).astype(int)
    spec = FeatureSpec("channel_id", "category", "", "", None, tuple(names))
    card = fit_scorecard("rates", [spec], codes.astype(np.float32)[:, None], y, np.ones(len(y)), 2)
    p = sigmoid(card.margin(np.arange(len(names), dtype=np.float32)[:, None])[:, 0])
    return dict(zip(names, map(float, p), strict=True))


def test_large_channels_keep_their_rate_and_small_ones_are_drawn_to_the_mean() -> None:
    found = rates({"web": 4000, "fair": 4000, "tiny": 3}, {"web": 0.1, "fair": 0.4, "tiny": 1.0})
    assert found["web"] == pytest.approx(0.1, abs=0.02)
    assert found["fair"] == pytest.approx(0.4, abs=0.03)
    assert found["fair"] < found["tiny"] < 0.8


def test_channels_that_differ_by_chance_alone_get_the_common_rate() -> None:
    found = rates({f"c{i}": 40 for i in range(20)}, {f"c{i}": 0.2 for i in range(20)})
    assert max(found.values()) - min(found.values()) < 0.1


def test_segments_outside_the_list_are_not_used() -> None:
    spec = FeatureSpec("favourite_colour", "category", "", "", None, ("red", "blue"))
    codes = np.tile([0.0, 1.0], 100).astype(np.float32)[:, None]
    card = fit_scorecard("rates", [spec], codes, np.tile([0, 1], 100), np.ones(200), 2)
    assert not card.terms
