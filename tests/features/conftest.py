from __future__ import annotations

from pathlib import Path

import pytest

from configs.settings import Settings
from tests.features.fake_crm import FakeCrm, settings_at


@pytest.fixture
def crm(monkeypatch: pytest.MonkeyPatch) -> FakeCrm:
    """An empty CRM behind crm_core.queries."""
    made = FakeCrm()
    made.install(monkeypatch)
    return made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_at(tmp_path)
