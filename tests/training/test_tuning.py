from __future__ import annotations

from pathlib import Path

import pytest

from configs.progress import SILENT
from configs.settings import Settings
from tests.training.generated import won_leads
from training import tuning
from training.dataset import Dataset
from training.fold_matrix import FoldMatrix
from training.recency import HalfLives
from training.split import folds, split
from training.tuning import Budget, Choice, tune


@pytest.fixture(scope="module")
def matrices(settings: Settings) -> list[FoldMatrix]:
    parts = split(Dataset.of("win", won_leads(500)), settings.training, seed=1)
    half_lives = HalfLives.of(parts.before_test)
    return [FoldMatrix(*pair, settings.training, 1, half_lives) for pair in folds(parts, settings.training, seed=1)]


def searched(matrices: list[FoldMatrix], trials: int, database: Path, timeout: float = 60) -> Choice:
    return tune("win", "f" * 64, lambda _: matrices, Budget(trials, timeout), database, 7, SILENT)


def test_killed_search_goes_on_and_ends_where_an_unbroken_one_does(
    matrices: list[FoldMatrix], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unbroken = searched(matrices, 10, tmp_path / "unbroken.db")
    calls = 0
    whole = tuning._least_loss

    def killed(*arguments: object) -> float:
        nonlocal calls
        calls += 1
        if calls == 7:
            raise KeyboardInterrupt
        return whole(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(tuning, "_least_loss", killed)
    with pytest.raises(KeyboardInterrupt):
        searched(matrices, 10, tmp_path / "killed.db")
    resumed = searched(matrices, 10, tmp_path / "killed.db")
    assert calls == 7 + 4
    assert resumed.ladder == unbroken.ladder
    assert resumed.rung.point == unbroken.rung.point


def test_trials_already_made_count(matrices: list[FoldMatrix], tmp_path: Path) -> None:
    first = searched(matrices, 2, tmp_path / "tuning.db")
    again = searched(matrices, 2, tmp_path / "tuning.db")
    assert first.ladder == again.ladder
    assert again.trials == 2


def test_at_least_one_trial_is_made_when_time_is_up(matrices: list[FoldMatrix], tmp_path: Path) -> None:
    assert searched(matrices, 5, tmp_path / "tuning.db", timeout=0).trials == 1
