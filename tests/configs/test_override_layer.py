from __future__ import annotations

from pathlib import Path

import pytest

from configs.override_file import write_overrides
from configs.override_layer import EDITABLE, editable_keys, laid_over
from configs.settings import ConfigError, in_yaml, load_settings, parse_value, pinned_by_environment, read_overrides


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("FUNNELCAST_HOME", str(tmp_path))
    monkeypatch.delenv("FUNNELCAST_CONFIG", raising=False)
    return tmp_path / "settings.yaml"


def test_edits_stand_above_the_file_and_below_the_environment(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = state.parent / "mine.yaml"
    file.write_text("scoring: {max_reasons: 3, score_ttl_hours: 12}\n")
    monkeypatch.setenv("FUNNELCAST_CONFIG", str(file))
    write_overrides(state, {"scoring.max_reasons": 4, "scoring.trend_threshold": 0.05})
    scoring = load_settings().scoring
    assert (scoring.max_reasons, scoring.score_ttl_hours, scoring.trend_threshold) == (4, 12, 0.05)
    monkeypatch.setenv("FUNNELCAST_SCORING__MAX_REASONS", "2")
    assert load_settings().scoring.max_reasons == 2


def test_what_is_handed_to_another_process_holds_no_edits(state: Path) -> None:
    write_overrides(state, {"scoring.max_reasons": 4})
    settings = load_settings()
    assert (settings.scoring.max_reasons, settings.without_overrides().scoring.max_reasons) == (4, 5)
    assert settings.without_overrides().funnel == settings.funnel


@pytest.mark.parametrize("key", ["stores.database_url", "pages.proxy_hops", "access.x", "api_key", "home"])
def test_the_layer_reaches_no_address_no_secret_and_no_door(state: Path, key: str) -> None:
    write_overrides(state, {key: "x"})
    with pytest.raises(ConfigError, match="must be of funnel"):
        load_settings()


def test_a_fault_in_the_layer_is_named(state: Path) -> None:
    write_overrides(state, {"scoring.max_reasons": 0})
    with pytest.raises(ConfigError, match=r"scoring\.max_reasons: Input should be greater than 0"):
        load_settings()


def test_a_mapping_is_replaced_and_a_deeper_key_laid_over_it() -> None:
    content = {"a": {"b": {"x": 1, "y": 2}}}
    assert laid_over(content, {"a.b.z": 3, "a.b": {"x": 9}}) == {"a": {"b": {"x": 9, "z": 3}}}
    assert content == {"a": {"b": {"x": 1, "y": 2}}}


def test_every_editable_value_can_be_written_as_text_and_read_back() -> None:
    settings = load_settings()
    for section in EDITABLE:
        for key, value in editable_keys(section, getattr(settings, section)):
            assert parse_value(in_yaml(value)) == value, key


def test_every_key_once_and_entries_of_a_mapping_beside_the_whole() -> None:
    keys = [key for key, _ in editable_keys("recognition", load_settings().recognition)]
    assert len(set(keys)) == len(keys)
    assert {"recognition.medals", "recognition.medals.teamwork", "recognition.service_star.min_ratings"} <= set(keys)
    assert "recognition.medals.teamwork.points" not in keys


def test_an_environment_variable_decides_its_key_and_all_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNNELCAST_FUNNEL__ALARMS", "{}")
    assert (
        pinned_by_environment("funnel.alarms.alpha") == pinned_by_environment("funnel") == "FUNNELCAST_FUNNEL__ALARMS"
    )
    assert pinned_by_environment("funnel.moves.only") is None


def test_a_value_that_is_no_yaml_is_told() -> None:
    with pytest.raises(ConfigError, match="must be YAML"):
        parse_value("{a: [")


def test_an_empty_layer_is_a_file_that_says_so(state: Path) -> None:
    write_overrides(state, {})
    assert read_overrides(state) == {}
    assert load_settings().scoring.max_reasons == 5
