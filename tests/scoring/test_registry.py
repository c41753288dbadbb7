from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from configs.settings import Settings, load_settings
from scoring.calibration import Calibrator
from scoring.errors import ArtefactError, NoModelError, NoPreviousChampionError, UnknownVersionError
from scoring.registry import Registry
from tests.scoring.made import artefact


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_settings().model_copy(update={"home": Path(tmp_path_factory.mktemp("home"))})


@pytest.fixture(scope="module")
def registry(settings: Settings) -> Registry:
    return Registry(settings)


def registered(registry: Registry, name: str, folder: Path, offset: float) -> int:
    """Register a model that can be told apart by its offset."""
    replace(artefact(), name=name, calibrator=Calibrator(offset=offset), smoke={}).save(folder)
    return registry.register(name, folder, tags={"gate": "passed"})


def offset_of(registry: Registry, name: str) -> float:
    return registry.load_champion(name)[0].calibrator.offset


def test_without_champion_there_is_no_score(registry: Registry) -> None:
    assert registry.champion("win") is None
    with pytest.raises(NoModelError, match="funnelcast train win"):
        registry.load_champion("win")


def test_where_all_were_refused_it_is_said_how_one_is_put_into_use(registry: Registry, tmp_path: Path) -> None:
    version = registered(registry, "refused", tmp_path / "model", 0.0)
    with pytest.raises(NoModelError, match=f"by hand: `funnelcast promote refused {version}`"):
        registry.load_champion("refused")


def test_promotions_and_rollbacks_go_back_step_by_step(registry: Registry, tmp_path: Path) -> None:
    versions = [registered(registry, "steps", tmp_path / str(i), float(i)) for i in range(3)]
    for version in versions:
        registry.promote("steps", version)
    assert offset_of(registry, "steps") == 2.0
    assert registry.rollback("steps") == versions[1]
    assert registry.rollback("steps") == versions[0]
    assert offset_of(registry, "steps") == 0.0
    with pytest.raises(NoPreviousChampionError):
        registry.rollback("steps")
    assert offset_of(registry, "steps") == 0.0


def test_versions_are_listed_newest_first_with_alias_and_tags(registry: Registry, tmp_path: Path) -> None:
    first, second = (registered(registry, "listed", tmp_path / str(i), 0.0) for i in range(2))
    registry.promote("listed", first)
    rows = registry.versions("listed")
    assert [(row["version"], row["alias"], row["gate"]) for row in rows] == [
        (second, None, "passed"),
        (first, "champion", "passed"),
    ]


def test_promoting_the_champion_again_changes_nothing(registry: Registry, tmp_path: Path) -> None:
    version = registered(registry, "twice", tmp_path, 0.0)
    registry.promote("twice", version)
    registry.promote("twice", version)
    with pytest.raises(NoPreviousChampionError):
        registry.rollback("twice")


def test_unknown_version_is_refused_with_the_known_ones(registry: Registry, tmp_path: Path) -> None:
    version = registered(registry, "known", tmp_path, 0.0)
    with pytest.raises(UnknownVersionError, match=rf"one of {version} of known, but got 99"):
        registry.promote("known", 99)


def test_damaged_copy_is_fetched_again_and_damaged_original_is_refused(
    registry: Registry, settings: Settings, tmp_path: Path
) -> None:
    version = registered(registry, "damaged", tmp_path, 4.0)
    registry.promote("damaged", version)
    champion = registry.champion("damaged")
    assert champion is not None
    (champion.folder / "model.json").write_text("{}", encoding="utf-8")
    assert offset_of(registry, "damaged") == 4.0
    for file in settings.paths.mlruns.glob(f"artifacts/{champion.folder.name}/**/model.json"):
        file.write_text("{}", encoding="utf-8")
    (champion.folder / "model.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ArtefactError, match="SHA-256"):
        registry.load_champion("damaged")


def test_a_folder_that_holds_no_artefact_is_not_registered(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(ArtefactError):
        registry.register("nothing", tmp_path)
    assert registry.versions("nothing") == []
