from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from funnelcast.simulator import SimulatorError, simulate
from funnelcast.simulator.bundle_writer import TABLES

AS_OF = datetime(2026, 7, 15, 10, 0, tzinfo=UTC)


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


@pytest.mark.parametrize("scenario", ["calm", "trade_show"])
def test_same_arguments_give_the_same_bytes(tmp_path: Path, scenario: str) -> None:
    simulate(tmp_path / "a", 800, 5, scenario, AS_OF)
    simulate(tmp_path / "b", 800, 5, scenario, AS_OF)
    simulate(tmp_path / "c", 800, 6, scenario, AS_OF)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert contents(tmp_path / "a")["leads.csv"] != contents(tmp_path / "c")["leads.csv"]


@pytest.mark.parametrize("scenario", ["calm", "trade_show"])
@pytest.mark.parametrize("leads", [50, 333])
def test_small_worlds_are_whole(tmp_path: Path, leads: int, scenario: str) -> None:
    simulate(tmp_path, leads, 0, scenario, AS_OF)
    assert len((tmp_path / "leads.csv").read_text(encoding="utf-8").splitlines()) == leads + 1
    assert set(contents(tmp_path)) == {f"{t}.csv" for t in TABLES} | {"planted_truth.json"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"leads": 3}, "Leads must be between 50 and 5,000,000, but got leads=3."),
        ({"seed": -1}, "Seed must be 0 or more, but got seed=-1."),
        ({"as_of": AS_OF.replace(tzinfo=None)}, "as_of must name its time zone, but got 2026-07-15T10:00:00."),
        ({"as_of": AS_OF.replace(year=1999)}, "as_of must lie in 2018 to 2035, but got 1999-07-15T10:00:00+00:00."),
        ({"scenario": "storm"}, "Scenario must be one of calm, trade_show, but got 'storm'."),
    ],
)
def test_bad_arguments_are_refused_in_one_sentence(tmp_path: Path, change: dict[str, object], sentence: str) -> None:
    arguments = {"leads": 100, "seed": 0, "scenario": "calm", "as_of": AS_OF} | change
    with pytest.raises(SimulatorError) as error:
        simulate(tmp_path / "out", **arguments)  # type: ignore[arg-type]
    assert str(error.value) == sentence
    assert not (tmp_path / "out").exists()
