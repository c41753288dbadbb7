from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scoring.errors import ArtefactError
from serving.champion import ChampionHolder, Refusal, check
from serving.refusals import finding_of
from tests.serving import fakes


@pytest.fixture
def registry() -> fakes.FakeRegistry:
    return fakes.FakeRegistry({"win": (1, fakes.artefact("win"))})


@pytest.fixture
def holder(registry: fakes.FakeRegistry) -> ChampionHolder:
    made = ChampionHolder(registry, poll_seconds=0.01)
    made.refresh()
    return made


def version(holder: ChampionHolder) -> int | None:
    champion = holder.get("win")
    return champion.version if champion else None


def test_what_is_promoted_is_loaded_once(holder: ChampionHolder, registry: fakes.FakeRegistry) -> None:
    holder.refresh()
    assert version(holder) == 1
    assert registry.count_loads == 1
    assert holder.get("churn") is None


def test_another_champion_takes_its_place_and_a_rollback_too(
    holder: ChampionHolder, registry: fakes.FakeRegistry
) -> None:
    first = registry.champions["win"]
    registry.champions["win"] = (2, fakes.artefact("win", offset=1.0))
    holder.refresh()
    assert version(holder) == 2
    registry.champions["win"] = first
    holder.refresh()
    assert version(holder) == 1


@pytest.mark.parametrize(
    "bad",
    [
        ArtefactError("model.ubj must have the hash of its manifest, but has another."),
        FileNotFoundError("model.json"),
        fakes.artefact("churn"),
        fakes.artefact("win", offset=float("nan")),
    ],
    ids=["damaged", "missing", "another model", "no probability"],
)
def test_a_bad_champion_is_refused_and_the_old_one_stays(
    holder: ChampionHolder, registry: fakes.FakeRegistry, bad: Any
) -> None:
    registry.champions["win"] = (2, bad)
    for _ in range(3):
        holder.refresh()
    assert version(holder) == 1
    assert registry.count_loads == 2  # not tried again at each poll
    registry.champions["win"] = (3, fakes.artefact("win"))
    holder.refresh()
    assert version(holder) == 3


def test_a_registry_that_fails_changes_nothing(holder: ChampionHolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise OSError("registry is away")

    monkeypatch.setattr(fakes.FakeRegistry, "champion_version", fail)
    holder.refresh()
    assert version(holder) == 1


def test_watching_finds_a_new_champion_and_ends(registry: fakes.FakeRegistry) -> None:
    holder = ChampionHolder(registry, poll_seconds=0.01)
    holder.start()
    registry.champions["win"] = (2, fakes.artefact("win"))
    for _ in range(500):
        if version(holder) == 2:
            break
        holder._stop.wait(0.01)
    assert version(holder) == 2
    holder.stop()


@pytest.mark.parametrize("name", ["win", "churn", "rfm"])
def test_a_sound_model_passes_its_check(name: str) -> None:
    check(fakes.artefact(name), name)


def test_a_model_with_too_many_results_fails_its_check(monkeypatch: pytest.MonkeyPatch) -> None:
    artefact = fakes.artefact("win")
    monkeypatch.setattr(type(artefact), "predict", lambda *_: np.array([0.5, 0.5]))
    with pytest.raises(ValueError, match=r"shape \(1,\), but got \(2,\)"):
        check(artefact, "win")


def test_a_model_that_asks_for_features_that_there_are_none_of_is_refused(registry: fakes.FakeRegistry) -> None:
    told: list[Refusal] = []
    made = ChampionHolder(registry, 60, columns=lambda _: {"age_days", "channel_id"}, tell=told.append)
    made.refresh()
    made.refresh()
    assert version(made) is None
    assert [(one.name, one.version) for one in told] == [("win", 1)]
    assert told[0].reason == "The model must read features that there are, but got employee_count."


def test_a_refusal_is_told_once_and_becomes_a_finding_in_both_languages(
    holder: ChampionHolder, registry: fakes.FakeRegistry
) -> None:
    told: list[Refusal] = []
    holder._tell = told.append
    registry.champions["win"] = (2, ArtefactError("model.ubj must have the manifest's SHA-256."))
    for _ in range(3):
        holder.refresh()
    finding = finding_of(told[0], fakes.NOW, Path("home"))
    assert len(told) == 1
    assert (finding.rule, finding.subject, finding.figures["version"]) == ("model_refused", "win:2", 2)
    assert "keeps the one before" in finding.en
    assert "仍使用之前的版本" in finding.zh


def test_a_finding_that_cannot_be_recorded_changes_nothing(registry: fakes.FakeRegistry) -> None:
    registry.champions["win"] = (2, ArtefactError("broken"))
    made = ChampionHolder(registry, 60, tell=lambda _: 1 / 0)
    made.refresh()
    assert version(made) is None
