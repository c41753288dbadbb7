from __future__ import annotations

from pathlib import Path

import pytest

from configs.settings import Settings
from tests.training.generated import settings_in


@pytest.fixture(scope="package")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One state for the package: MLflow takes seconds to make a new one."""
    return settings_in(Path(tmp_path_factory.mktemp("home")))
