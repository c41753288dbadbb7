"""Each real data set through import, features, train and score, by the command line alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmarks.reshape import reshape
from tests.commands import CommandLine, command_line

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
MAPPINGS = ROOT / "configs" / "mappings"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the public data sets are not at {DATA}"),
]


def loaded(tmp_path: Path, name: str, as_of: str, one_in: int = 1) -> CommandLine:
    """A state that holds data set `name`, or of one lead in so many, with its features as of a moment."""
    reshape(name, DATA, tmp_path / "export")
    thin_out(tmp_path / "export", one_in)
    line = command_line(tmp_path / "home")
    counts = line("import", tmp_path / "export", "--mapping", MAPPINGS / f"{name}.yaml")["tables"]
    assert all(table["rejected"] == 0 for table in counts.values()), counts
    again = line("import", tmp_path / "export", "--mapping", MAPPINGS / f"{name}.yaml")["tables"]
    assert all(table["inserted"] == table["updated"] == 0 for table in again.values()), again
    line("features", "--as-of", as_of)
    return line


def thin_out(folder: Path, one_in: int) -> None:
    """Keep the rows of one lead in `one_in`: the whole sets are for the benchmarks."""
    for file in folder.glob("*.parquet"):
        rows = pd.read_parquet(file)
        key = next((name for name in ("lead_id", "case:concept:name") if name in rows), None)
        if key is not None and one_in > 1:
            rows[pd.util.hash_array(rows[key].to_numpy(object)) % one_in == 0].to_parquet(file, index=False)


def scored(line: CommandLine, tmp_path: Path, entity: str, as_of: str) -> pd.DataFrame:
    line("score", entity, "--out", tmp_path / f"{entity}.parquet", "--as-of", as_of)
    return pd.read_parquet(tmp_path / f"{entity}.parquet")


def assert_judged(report: dict[str, Any]) -> None:
    """The report holds the contract's figures, and the model beats guessing the base rate."""
    assert set(report["baselines"]) >= {"base_rate", "naive_bayes", "logistic"} or set(report["baselines"]) >= {
        "stay",
        "markov",
    }
    assert report["split"]["test_rows"] > 100
    assert report["promoted"], report["gate"]


@pytest.mark.xdist_group("bpic_2012")
def test_bpic_2012_gives_win_probabilities_of_open_applications(tmp_path: Path) -> None:
    line = loaded(tmp_path, "bpic2012", "2012-03-15", one_in=6)
    report = line("train", "win", "--trials", "3", "--seed", "1", "--as-of", "2012-03-15")
    assert_judged(report)
    assert report["metrics"]["roc_auc"] > 0.6
    scores = scored(line, tmp_path, "leads", "2012-02-01")
    assert len(scores) > 100
    assert scores["win_probability"].between(0, 1).all()


@pytest.mark.xdist_group("bank_marketing")
def test_bank_marketing_beats_its_baselines_in_time_order(tmp_path: Path) -> None:
    line = loaded(tmp_path, "bank_marketing", "2010-12-31", one_in=4)
    report = line("train", "win", "--trials", "3", "--seed", "1", "--as-of", "2010-12-31")
    assert_judged(report)
    assert report["metrics"]["roc_auc"] > 0.65


@pytest.mark.xdist_group("hotel_bookings")
def test_hotel_bookings_are_scored_while_open(tmp_path: Path) -> None:
    line = loaded(tmp_path, "hotel_bookings", "2017-09-30", one_in=10)
    report = line("train", "win", "--trials", "3", "--seed", "1", "--as-of", "2017-09-30")
    assert_judged(report)
    assert len(scored(line, tmp_path, "leads", "2016-12-31")) > 120


@pytest.mark.xdist_group("online_retail")
def test_online_retail_gives_churn_and_tier_shifts(tmp_path: Path) -> None:
    line = loaded(tmp_path, "online_retail", "2011-12-10")
    for model in ("churn", "rfm"):
        assert_judged(line("train", model, "--trials", "3", "--seed", "1", "--as-of", "2011-12-10"))
    scores = scored(line, tmp_path, "customers", "2011-12-10")
    assert len(scores) > 2000
    assert (scores[["p_up", "p_stay", "p_down"]].sum(axis=1) - 1).abs().max() < 1e-6
