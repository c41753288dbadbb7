from __future__ import annotations

import pytest

from configs.sections import Monitoring
from configs.settings import Settings, load_settings


@pytest.fixture(scope="session")
def settings() -> Settings:
    return load_settings()


@pytest.fixture(scope="session")
def rules(settings: Settings) -> Monitoring:
    return settings.monitoring
