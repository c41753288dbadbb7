from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.reason_stability import TARGET, stability
from features.schema import number
from scoring.artefact import Artefact
from scoring.registry import Registry
from tests.scoring.made import artefact, rows
from tests.training.generated import AS_OF, FakeRepository, Frame, settings_in, won_leads
from training.train import train


def test_a_model_tells_the_same_as_itself() -> None:
    found = stability(artefact(), artefact(), rows(50))
    assert (found.groups, found.features, found.same_first) == (pytest.approx(1), pytest.approx(1), 1.0)


def test_a_model_that_turns_every_reason_round_tells_the_contrary() -> None:
    model = artefact(rounds=0)
    turned = replace(
        model, scorecard=replace(model.scorecard, terms=[term.scaled(-1) for term in model.scorecard.terms])
    )
    assert stability(model, turned, rows(50)).groups < -0.5


def with_twins(frame: Frame) -> Frame:
    """Each of six traits of a lead told by three columns that hardly differ, as counts over windows do."""
    rng = np.random.default_rng(5)
    for trait, weight in enumerate((1.2, -1.0, 0.8, -0.6, 0.4, 0.2)):
        truth = rng.normal(size=len(frame.frame))
        odds = frame.frame["label"].to_numpy() + weight * truth * 0.8
        frame.frame["label"] = (odds + rng.normal(0, 0.5, len(truth)) > 0.5).astype(int)
        for window in (7, 30, 90):
            name = f"activity_k{trait}_count_{window}d"
            frame.frame[name] = truth + rng.normal(0, 0.2, len(truth))
            frame.features.append(number(name, name, name))
    return frame


@pytest.mark.slow
def test_reasons_hardly_depend_on_the_seed(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    frame = with_twins(won_leads(1500))
    models: list[Artefact] = []
    for seed in (1, 2):
        report = train("win", FakeRepository(frame), settings, AS_OF, trials=2, timeout=60, seed=seed)
        models.append(Registry(settings).load("win", report.version))
    found = stability(models[0], models[1], frame.frame)
    assert found.groups >= TARGET
    assert found.groups >= found.features
