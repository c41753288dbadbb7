"""One small world per scenario, written once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from funnelcast.simulator import simulate

AS_OF = pd.Timestamp("2026-07-15T18:00+08:00")


def written(folder: Path, scenario: str, leads: int = 5_000, seed: int = 7, as_of: pd.Timestamp = AS_OF) -> Path:
    simulate(folder, leads, seed, scenario, as_of.to_pydatetime())
    return folder


@pytest.fixture(scope="session")
def as_of() -> pd.Timestamp:
    return AS_OF


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("calm"), "calm")


@pytest.fixture(scope="session")
def trade_show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("trade_show"), "trade_show")


@pytest.fixture(scope="session", params=["calm", "trade_show"])
def bundle(request: pytest.FixtureRequest) -> Path:
    """Each scenario in turn."""
    found: Path = request.getfixturevalue(request.param)
    return found
