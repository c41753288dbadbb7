from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from configs.settings import Settings, load_settings
from serving.clock import Clock
from serving.worker_environment import environment_of_workers


def test_workers_load_exactly_these_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    override = tmp_path / "own.yaml"
    override.write_text("serving: {max_entities: 7}\nscoring: {trend_threshold: 0.5}\n")
    monkeypatch.setenv("FUNNELCAST_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FUNNELCAST_API_KEY", "k")
    given = load_settings(override)
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    before = dict(os.environ)
    with environment_of_workers(given, moment):
        assert load_settings() == given
        assert Clock.from_environment().now() == moment
        assert Path(os.environ["FUNNELCAST_CONFIG"]).stat().st_mode & 0o077 == 0
    assert dict(os.environ) == before


def test_an_as_of_of_an_outer_process_is_not_inherited(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNNELCAST_AS_OF", "2020-01-01T00:00:00+00:00")
    with environment_of_workers(settings, None):
        assert not Clock.from_environment().is_frozen


def test_a_relative_database_is_the_same_file_for_a_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    override = tmp_path / "own.yaml"
    override.write_text("stores: {database_url: 'sqlite:///crm.db'}\n")
    monkeypatch.chdir(tmp_path)
    with environment_of_workers(load_settings(override), None):
        assert load_settings().database_url == f"sqlite:///{tmp_path}/crm.db"
