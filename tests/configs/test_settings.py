from __future__ import annotations

from itertools import takewhile
from pathlib import Path

import pytest

from configs.settings import CONFIG_FOLDER, SECTION_NAMES, ConfigError, load_settings, read_yaml


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("FUNNELCAST_HOME", "FUNNELCAST_CONFIG"):
        monkeypatch.delenv(key, raising=False)


def test_the_shipped_configuration_is_valid() -> None:
    assert load_settings().funnel.names("won") == ["contract_signed", "payment_received"]


def test_a_file_overrides_single_keys_and_keeps_the_others(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("training: {churn: {horizon_days: 30}}\n")
    training = load_settings(file).training
    assert (training.churn.horizon_days, training.rfm.horizon_days) == (30, 90)


def test_the_environment_outranks_the_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("stores: {online_store: postgres}\n")
    monkeypatch.setenv("FUNNELCAST_STORES__ONLINE_STORE", "redis")
    monkeypatch.setenv("FUNNELCAST_CONFIG", str(file))
    assert load_settings().stores.online_store == "redis"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("training: {trails: 3}", "training.trails: Extra inputs are not permitted, but got 3"),
        ("training: {test_share: 2}", "training.test_share: Input should be less than 1, but got 2"),
        ("trainings: {}", "must be among funnel, intake"),
        ("[1, 2]", "must hold a mapping of keys, but got a list"),
        ("a: [", "must be YAML in UTF-8"),
    ],
)
def test_a_fault_is_named_with_key_rule_and_value(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=sentence.replace("(", r"\(")):
        load_settings(file)


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNNELCAST_CONFIG", "/nowhere.yaml")
    with pytest.raises(ConfigError, match=r"/nowhere.yaml must exist"):
        load_settings()


def test_a_funnel_without_a_lost_stage_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("funnel: {stages: [{name: a, en: A, zh: 甲, outcome: won}]}\n")
    with pytest.raises(ConfigError, match=r"none for \['lost'\]"):
        load_settings(file)


def test_home_names_the_folder_of_all_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FUNNELCAST_HOME", str(tmp_path))
    settings = load_settings()
    assert settings.paths.mlruns == tmp_path / "mlruns"
    assert settings.database_url == f"sqlite:///{tmp_path}/crm.db"


@pytest.mark.parametrize("name", SECTION_NAMES)
def test_every_key_is_explained_by_a_comment(name: str) -> None:
    """On its own line, on a line of its block, or in the paragraph of comments above it."""
    lines = (CONFIG_FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("#"), f"{name}.yaml must open with a comment that says what it decides"
    for key in read_yaml(CONFIG_FOLDER / f"{name}.yaml"):
        at = next(i for i, line in enumerate(lines) if line.startswith(f"{key}:"))
        block = [lines[at]]
        block += takewhile(lambda line: line.startswith((" ", "#")), lines[at + 1 :])
        assert "#" in "".join([lines[at - 1] if lines[at - 1].startswith("#") else "", *block]), f"{name}.yaml: {key}"
