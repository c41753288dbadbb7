"""The gate's own errors, on simulated leads: how often it takes an equal for better, and a spoilt model for good.

`python -m benchmarks.gate --comparisons 200`. Each comparison draws a truth, a history for the champion, another of the
same size for the challenger, and a test part of 2,000 leads; both are logistic regressions on splines.

A/A       the challenger learnt from other leads of the same truth: at most 5 % may be promoted
flipped   the challenger learnt from labels of which 10 % are flipped: at least 95 % must be refused
better    the champion learnt from a tenth of the leads: what the gate lets through when there is something to gain
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray

from configs.sections import Gate
from configs.settings import load_settings
from scoring.calibration import sigmoid
from scoring.feature_spec import FeatureSpec
from scoring.metrics import ece, row_losses
from training.gate import CHAMPION, judge
from training.scorecards import fit_scorecard

Floats = NDArray[np.float64]
COLUMNS, HISTORY, TEST = 8, 3000, 2000
SPECS = [FeatureSpec(f"x{i}", "number", "", "") for i in range(COLUMNS)]


def main() -> None:
    """Print the share promoted of each kind."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--comparisons", type=int, default=200)
    count = options.parse_args().comparisons
    for kind in ("A/A", "flipped", "better"):
        promoted = promotions(kind, count)
        print(f"{kind:8} promoted {promoted} of {count} ({promoted / count:.1%})", flush=True)


def promotions(kind: str, count: int) -> int:
    """How many of the comparisons end in a promotion."""
    settings = load_settings().training.gate
    return sum(is_promoted(kind, seed, settings) for seed in range(count))


def is_promoted(kind: str, seed: int, settings: Gate) -> bool:
    """One comparison."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, 0.6, COLUMNS)
    champion = _fitted(rng, truth, HISTORY // 10 if kind == "better" else HISTORY, 0.0)
    challenger = _fitted(rng, truth, HISTORY, 0.1 if kind == "flipped" else 0.0)
    x, y = _drawn(rng, truth, TEST)
    p = sigmoid(challenger.margin(x)[:, 0])
    losses = {"candidate": row_losses(y, p), "base_rate": row_losses(y, np.full(TEST, y.mean())),
              CHAMPION: row_losses(y, sigmoid(champion.margin(x)[:, 0]))}  # fmt: skip
    weights = np.ones(TEST)
    return judge(losses, weights, np.arange(TEST), ece(y, p, weights), settings, seed).is_promoted


def _fitted(rng: np.random.Generator, truth: Floats, rows: int, flipped: float):  # type: ignore[no-untyped-def]
    x, y = _drawn(rng, truth, rows)
    y = np.where(rng.random(rows) < flipped, 1 - y, y)
    return fit_scorecard("logistic", SPECS, x, y, np.ones(rows), 2)


def _drawn(rng: np.random.Generator, truth: Floats, rows: int) -> tuple[NDArray[np.float32], NDArray[np.int_]]:
    x = rng.normal(size=(rows, COLUMNS)).astype(np.float32)
    return x, (rng.random(rows) < sigmoid(x @ truth - 1.5)).astype(np.int_)


if __name__ == "__main__":
    main()
