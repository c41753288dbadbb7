from __future__ import annotations

import numpy as np
import pytest

from configs.settings import Settings
from scoring.metrics import row_losses
from training.gate import CHAMPION, judge

ROWS = 3000


def world(seed: int) -> tuple[np.random.Generator, np.ndarray, np.ndarray]:
    """Outcomes and their true probabilities."""
    rng = np.random.default_rng(seed)
    truth = 1 / (1 + np.exp(-rng.normal(-1, 1.2, ROWS)))
    return rng, truth, (rng.random(ROWS) < truth).astype(int)


def blurred(rng: np.random.Generator, truth: np.ndarray, noise: float) -> np.ndarray:
    return 1 / (1 + np.exp(-(np.log(truth / (1 - truth)) + rng.normal(0, noise, len(truth)))))


def promoted(
    rule: str, settings: Settings, seed: int, challenger: np.ndarray, champion: np.ndarray, y: np.ndarray
) -> bool:
    gate = settings.training.gate.model_copy(update={"champion_rule": rule})
    predictions = {"candidate": challenger, "base_rate": np.full(ROWS, y.mean()), CHAMPION: champion}
    losses = {name: row_losses(y, p) for name, p in predictions.items()}
    return judge(losses, np.ones(ROWS), np.arange(ROWS), 0.0, gate, seed).is_promoted


@pytest.mark.parametrize(("rule", "least", "most"), [("better", 0, 4), ("not_worse", 36, 40)])
def test_two_models_of_equal_worth(rule: str, least: int, most: int, settings: Settings) -> None:
    """A/A: 40 pairs that differ by noise alone. `better` promotes about 5 %, `not_worse` refuses about 5 %."""
    count = 0
    for seed in range(40):
        rng, truth, y = world(seed)
        count += promoted(rule, settings, seed, blurred(rng, truth, 0.3), blurred(rng, truth, 0.3), y)
    assert least <= count <= most


@pytest.mark.parametrize("rule", ["better", "not_worse"])
def test_challenger_taught_by_flipped_labels_is_refused(rule: str, settings: Settings) -> None:
    """10 % of flipped labels pull each probability towards its opposite: p' = 0.9 p + 0.1 (1 - p)."""
    refused = 0
    for seed in range(20):
        _, truth, y = world(seed)
        refused += not promoted(rule, settings, seed, 0.9 * truth + 0.1 * (1 - truth), truth, y)
    assert refused >= 19


def test_refusal_is_a_sentence_with_the_figures(settings: Settings) -> None:
    _, truth, y = world(0)
    losses = {"candidate": row_losses(y, 1 - truth), "base_rate": row_losses(y, np.full(ROWS, y.mean()))}
    verdict = judge(losses, np.ones(ROWS), np.arange(ROWS), 0.4, settings.training.gate, 0)
    assert not verdict.is_promoted
    assert "must beat the base rate at 95% confidence" in verdict.reason
    assert "calibration error 0.400 is above the limit 0.2" in verdict.reason
    assert "须以 95% 的置信度优于基准率" in verdict.words["zh"]
    assert "校准误差 0.400 超过上限 0.2" in verdict.to_json()["reason_zh"]
