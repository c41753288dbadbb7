"""Data that real exports hold: few rows, many categories, rare wins, a base rate that moved."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from configs.progress import SILENT
from configs.settings import Settings
from features.schema import number
from tests.training.generated import AS_OF, Frame, won_leads
from training.candidate import fit_candidate
from training.dataset import Dataset
from training.fold_matrix import FoldMatrix
from training.ladder import Rung
from training.recency import HalfLives
from training.search_space import first_points
from training.split import folds, split
from training.train import searched
from training.tuning import Budget, Choice


def stacked(point: int, rounds: int) -> Rung:
    """Trees of the given first point of the search beside a logistic regression."""
    return Rung("stack", np.zeros(1), np.ones(1), 1.0, "logistic", "prior", first_points()[point], rounds)


def fitted(frame: Frame, settings: Settings, point: int = 0, rounds: int = 20) -> np.ndarray:
    """Probabilities of the test part by the given first point of the search."""
    parts = split(Dataset.of("win", frame), settings.training, seed=1)
    choice = Choice(stacked(point, rounds), (), 1)
    for earlier, later in folds(parts, settings.training, seed=1):
        FoldMatrix(earlier, later, settings.training, 1, HalfLives.of(parts.before_test)).curves(
            choice.rung.point, "logistic"
        )
    artefact = fit_candidate(parts, choice, settings, 1, AS_OF).artefact
    return artefact.predict(artefact.encode(parts.test.frame))


def exactly(won: int, lost: int) -> Frame:
    """That many won and lost leads of a larger data set, in order of time."""
    frame = won_leads(4000, seed=3)
    label = frame.frame["label"].to_numpy()
    rng = np.random.default_rng(0)
    chosen = [rng.choice(np.flatnonzero(label == kind), count, replace=False) for kind, count in ((1, won), (0, lost))]
    frame.frame = frame.frame.iloc[np.sort(np.concatenate(chosen))].reset_index(drop=True)
    return frame


@pytest.mark.parametrize("point", range(6))
def test_forty_won_and_forty_lost_train(point: int, settings: Settings) -> None:
    p = fitted(exactly(40, 40), settings, point)
    assert np.all((p > 0) & (p < 1))


def test_with_few_leads_no_rung_is_chosen_and_only_columns_that_ran_away_are_left_out(settings: Settings) -> None:
    frame = exactly(300, 300)
    frame.frame["running_count"] = np.arange(len(frame.frame), dtype=float)
    frame.features.append(number("running_count", "Leads so far", "累计线索数"))
    parts = split(Dataset.of("win", frame), settings.training, seed=1)
    choice = searched(parts, settings, Budget(1, 60), 1, SILENT)
    assert (choice.rung.name, choice.trials, choice.moving) == ("panel", 0, ["running_count"])
    artefact = fit_candidate(parts.without(choice.moving), choice, settings, 1, AS_OF).artefact
    assert artefact.booster.num_boosted_rounds() == 0
    assert roc_auc_score(parts.test.y, artefact.predict(artefact.encode(parts.test.frame))) > 0.6
    enough = settings.training.model_copy(update={"few_cases": 0})
    own = settings.model_copy(update={"training": enough})
    assert searched(parts, own, Budget(1, 60), 1, SILENT).trials == 1


def test_rare_wins_train_and_keep_their_level(settings: Settings) -> None:
    p = fitted(exactly(40, 1800), settings)
    assert 0.005 < p.mean() < 0.08


def test_six_hundred_categories_train(settings: Settings) -> None:
    frame = won_leads(1500)
    frame.frame["channel_id"] = [f"source {i % 600}" for i in range(1500)]
    assert np.isfinite(fitted(frame, settings, 1)).all()


def test_a_base_rate_that_rises_is_followed(settings: Settings) -> None:
    frame = won_leads(4000, rate_shift=2.5)
    p = fitted(frame, settings)
    newest = frame.frame["label"].to_numpy()[-800:]
    assert abs(p.mean() - newest.mean()) < abs(frame.frame["label"].to_numpy()[:3200].mean() - newest.mean()) / 2


def test_one_feature_that_says_nothing_trains(settings: Settings) -> None:
    frame = won_leads(400)
    frame.features = [feature for feature in frame.features if feature.name == "constant"]
    p = fitted(frame, settings)
    assert p.std() == pytest.approx(0, abs=1e-6)
