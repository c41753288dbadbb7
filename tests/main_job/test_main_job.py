"""From a folder of CSV files to scores over HTTP and a drift report, by the commands a user types."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

from tests.commands import CommandLine
from tests.main_job.conftest import AS_OF, LEADS
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("main_job")]

LEAD_COLUMNS = [
    "lead_id", "as_of", "win_probability", "grade", "expected_value", "priority", "size_fit", "credit_hold",
    "prescreen", "reasons", "model_version",
]  # fmt: skip
CUSTOMER_COLUMNS = [
    "customer_id", "as_of", "churn_probability", "rfm_tier", "p_up", "p_stay", "p_down", "value_at_risk", "reasons",
    "model_versions",
]  # fmt: skip


@pytest.mark.usefixtures("trained")
def test_the_import_loads_every_row_of_the_bundle(reports: dict[str, Any]) -> None:
    tables = reports["import"]["tables"]
    assert tables["leads"]["inserted"] == LEADS
    assert sum(table["rejected"] for table in tables.values()) == 0


def test_a_second_import_changes_nothing(trained: CommandLine) -> None:
    again = trained("import", trained.home / "bundle", "--as-of", AS_OF)["tables"]
    assert {name: (t["inserted"], t["updated"]) for name, t in again.items()} == dict.fromkeys(again, (0, 0))


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize(("model", "baselines"), [("win", "logistic"), ("churn", "naive_bayes"), ("rfm", "markov")])
def test_each_model_beats_its_baselines_on_the_newest_part(reports: dict[str, Any], model: str, baselines: str) -> None:
    report = reports[model]
    assert report["promoted"], report["gate"]
    assert baselines in report["baselines"]
    assert report["split"]["train_until"] < report["split"]["test_from"]
    for figures in report["baselines"].values():
        assert report["metrics"]["log_loss"] < figures["log_loss"] * 1.02


def test_lead_scores_have_the_columns_of_the_contract(scores_of: Callable[[str], Path]) -> None:
    scores = pd.read_parquet(scores_of("leads"))
    assert list(scores.columns)[: len(LEAD_COLUMNS)] == LEAD_COLUMNS
    assert scores["win_probability"].between(0, 1).all()
    assert sorted(scores["priority"]) == list(range(1, len(scores) + 1))
    assert set(scores["grade"]) <= set("ABCD")
    assert {"feature", "value", "contribution", "en", "zh"} <= set(json.loads(scores["reasons"][0])[0])


def test_customer_scores_have_the_columns_of_the_contract(scores_of: Callable[[str], Path]) -> None:
    scores = pd.read_parquet(scores_of("customers"))
    assert list(scores.columns)[: len(CUSTOMER_COLUMNS)] == CUSTOMER_COLUMNS
    assert (scores[["p_up", "p_stay", "p_down"]].sum(axis=1) - 1).abs().max() < 1e-6


def test_http_and_batch_give_the_same_lead_scores(client: httpx.Client, scores_of: Callable[[str], Path]) -> None:
    batch = pd.read_parquet(scores_of("leads")).set_index("lead_id")
    ids = batch.index[:1000].tolist()
    answer = client.post("/v1/leads/score", json={"lead_ids": ids}).raise_for_status().json()
    assert [score["lead_id"] for score in answer["scores"]] == ids
    for score in answer["scores"]:
        assert score["win_probability"] == pytest.approx(batch.loc[score["lead_id"], "win_probability"], abs=1e-6)
        assert not score["degraded"]


def test_http_and_batch_give_the_same_customer_scores(client: httpx.Client, scores_of: Callable[[str], Path]) -> None:
    batch = pd.read_parquet(scores_of("customers")).set_index("customer_id")
    ids = batch.index[:500].tolist()
    answer = client.post("/v1/customers/score", json={"customer_ids": ids}).raise_for_status().json()
    for score in answer["scores"]:
        for name in ("churn_probability", "p_up", "p_stay", "p_down"):
            assert score[name] == pytest.approx(batch.loc[score["customer_id"], name], abs=1e-6)


def test_the_receipt_of_a_score_is_stored(client: httpx.Client, scores_of: Callable[[str], Path]) -> None:
    lead = pd.read_parquet(scores_of("leads"))["lead_id"][0]
    score = client.post("/v1/leads/score", json={"lead_ids": [lead]}).json()["scores"][0]
    path = f"/v1/predictions/{score['prediction_id']}"
    until(lambda: client.get(path).status_code == httpx.codes.OK)  # it is written in the background
    assert client.get(path).json()["entity_id"] == lead


def test_monitor_finds_the_trade_show_in_the_channel_mix(trained: CommandLine, tmp_path: Path) -> None:
    answer = trained.outside("monitor", "--out", tmp_path, "--as-of", AS_OF)
    mix = answer["channel_mix"]
    shares = {channel["channel_id"]: channel for channel in mix["channels"]}
    assert mix["is_changed"]
    assert mix["biggest_mover"] == "trade_show"
    assert shares["trade_show"]["reference_share"] < 0.2
    assert shares["trade_show"]["current_share"] > 0.3
    assert (tmp_path / "drift.html").stat().st_size < 3_000_000


def test_the_report_needs_no_internet(trained: CommandLine, tmp_path: Path) -> None:
    files = trained.outside("report", "--out", tmp_path, "--as-of", AS_OF)
    html = Path(files["html"]).read_text(encoding="utf-8")
    assert 'src="http' not in html
    assert 'href="http' not in html
    assert json.loads(Path(files["json"]).read_text(encoding="utf-8"))
