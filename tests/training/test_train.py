from __future__ import annotations

import json
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from configs.settings import Settings
from features.schema import category, number
from scoring.artefact import Artefact
from scoring.lead_batch import score_leads
from scoring.mlflow_home import mlflow_client
from scoring.registry import Registry
from tests.training.generated import AS_OF, FakeRepository, buyers, customers, settings_in, won_leads
from training.card import FILES
from training.errors import UnknownModelError
from training.report import TrainReport
from training.train import train

BINARY = {"roc_auc", "average_precision", "log_loss", "brier", "ece", "lift_at_10"}


@pytest.fixture(scope="module")
def report(settings: Settings) -> TrainReport:
    return train("win", FakeRepository(won_leads(2400)), settings, AS_OF, trials=2, timeout=600, seed=1)


def folder_of(settings: Settings, model: str) -> Path:
    champion = Registry(settings).champion(model)
    assert champion is not None
    return champion.folder


def test_report_has_what_the_contract_names(report: TrainReport) -> None:
    content = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert set(content) >= {
        "model",
        "version",
        "promoted",
        "gate",
        "rows",
        "positives",
        "split",
        "metrics",
        "baselines",
        "quarantined",
        "seconds",
    }
    assert set(content["split"]) >= {"train_until", "test_from", "test_rows", "test_positive_rate"}
    assert set(content["metrics"]) == set(content["intervals"]) == BINARY
    assert set(content["baselines"]) == {"base_rate", "naive_bayes", "logistic"}


def test_planted_signal_is_learnt_and_promoted(report: TrainReport) -> None:
    assert report.is_promoted, report.gate
    assert report.metrics["roc_auc"] > 0.7
    low, high = report.intervals["roc_auc"]
    assert low < report.metrics["roc_auc"] < high


def test_constant_and_empty_columns_are_left_out(report: TrainReport, settings: Settings) -> None:
    artefact, version = Registry(settings).load_champion("win")
    assert version == report.version
    assert {spec.name for spec in artefact.features} <= {"response_hours", "channel_id", "noise", "mixed"}


def test_run_in_mlflow_holds_parameters_metrics_curves_and_importance(report: TrainReport, settings: Settings) -> None:
    client = mlflow_client(settings)
    run = client.get_run(report.details["run_id"])
    files = {item.path for folder in ("", "curves", "model") for item in client.list_artifacts(run.info.run_id, folder)}
    curves = {f"curves/{name}.png" for name in ("roc", "precision_recall", "gain", "reliability")}
    assert files >= {"importance.json", "judgement.json", "model/model.ubj", "model/manifest.json", *curves}
    assert run.info.status == "FINISHED"
    assert run.data.metrics["log_loss"] == pytest.approx(report.metrics["log_loss"])
    assert "split" in run.data.params
    assert len(run.inputs.dataset_inputs) == 1


def test_the_card_of_a_version_is_kept_in_both_languages(
    report: TrainReport, settings: Settings, tmp_path: Path
) -> None:
    client, run_id = mlflow_client(settings), report.details["run_id"]
    cards = {file: Path(client.download_artifacts(run_id, file, str(tmp_path))).read_text(encoding="utf-8")
             for file in FILES.values()}  # fmt: skip
    assert report.gate["reason"] in unescape(cards["card.html"])
    assert report.gate["reason_zh"] in unescape(cards["card.zh.html"])
    assert "rows before the test left out" in cards["card.html"]
    assert "行因当时结果未知而略去" in cards["card.zh.html"]


def test_same_seed_and_data_give_the_same_bytes(report: TrainReport, settings: Settings, tmp_path: Path) -> None:
    other = settings_in(tmp_path)
    shared = other.model_copy(
        update={"stores": other.stores.model_copy(update={"mlflow_tracking_uri": settings.mlflow_tracking_uri})}
    )
    again = train("win", FakeRepository(won_leads(2400)), shared, AS_OF, trials=2, timeout=600, seed=1)
    registry = Registry(settings)
    registry.load("win", again.version)
    registry.load("win", report.version)
    folders = [settings.paths.home / "models" / "win" / r.details["run_id"] for r in (report, again)]
    for name in ("model.ubj", "model.json", "manifest.json"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


def test_scores_of_new_leads_come_from_the_registered_files(report: TrainReport, settings: Settings) -> None:
    artefact = Artefact.load(folder_of(settings, "win"))
    frame = won_leads(50, seed=9).frame
    frame["expected_amount_cents"] = 100_000.0
    scores = score_leads(artefact, report.version, frame, settings, AS_OF)
    assert list(scores["priority"]) == list(range(1, 51))
    assert scores["win_probability"].between(0, 1).all()


@pytest.mark.parametrize("model", ["churn", "rfm"])
def test_customer_models_train(model: str, settings: Settings) -> None:
    report = train(model, FakeRepository(customers(model)), settings, AS_OF, trials=2, timeout=600, seed=1)
    assert report.is_promoted, report.gate
    assert "same customers" in report.split["words"]
    if model == "rfm":
        assert set(report.metrics) == {"log_loss", "accuracy", "macro_f1"}
        assert set(report.baselines) == {"stay", "markov"}


@pytest.mark.slow
def test_churn_is_measured_against_what_a_shop_would_do_without_a_model(settings: Settings) -> None:
    """Customers buy as BG/NBD has it, so that nothing can beat BG/NBD by much and the model must keep up with it."""
    report = train("churn", FakeRepository(buyers()), settings, AS_OF, trials=1, timeout=600, seed=1)
    usual = {"base_rate", "naive_bayes", "logistic"}
    assert set(report.baselines) == usual | {"recency", "bg_nbd", "calendar"}
    assert report.metrics["log_loss"] < report.baselines["recency"]["log_loss"]
    assert report.metrics["log_loss"] < report.baselines["bg_nbd"]["log_loss"] + 0.01
    rungs = [row["rung"] for row in report.details["ladder"]]
    assert rungs.index("bg_nbd") < rungs.index("logistic") < rungs.index("paced")


def test_tier_shift_never_leaves_the_ladder(settings: Settings) -> None:
    artefact = Artefact.load(folder_of(settings, "rfm"))
    frame = customers("rfm", 50, 1, seed=5).frame
    p = artefact.predict(artefact.encode(frame))
    assert np.all(p[frame["rfm_tier"] == "maintenance", 0] == 0)
    assert np.all(p[frame["rfm_tier"] == "strategic", 2] == 0)
    assert p.sum(axis=1) == pytest.approx(1)


def test_unknown_model_is_refused_by_name(settings: Settings) -> None:
    with pytest.raises(UnknownModelError, match="win, churn, rfm, but got 'upsell'"):
        train("upsell", FakeRepository(won_leads(100)), settings, AS_OF, trials=1, timeout=1, seed=1)


def test_where_nothing_is_in_use_the_simpler_model_that_the_gate_found_better_is(tmp_path: Path) -> None:
    """A column that told who moves up until the test, and tells the opposite in it: the tiers' rates are better."""
    frame = customers("rfm")
    frame.features.append(category("rfm_tier", "RFM tier", "RFM 分层"))
    table = frame.frame
    told = np.where(table["as_of"] < table["as_of"].max() - pd.Timedelta(days=120), 1, -1)
    table["recency_days"] = 50 + told * 20 * (table["label"] - 1) + np.random.default_rng(1).normal(0, 10, len(table))
    own = settings_in(tmp_path)
    report = train("rfm", FakeRepository(frame), own, AS_OF, trials=1, timeout=600, seed=1)
    assert report.is_promoted
    assert report.details["chosen"]["rung"] == "markov"
    assert "in the place of the searched model" in report.gate["reason"]
    assert "不得差于马尔可夫转移率" in report.gate["reason_zh"]
    assert report.metrics["log_loss"] == pytest.approx(report.baselines["markov"]["log_loss"], abs=0.01)
    again = train("rfm", FakeRepository(frame), own, AS_OF, trials=1, timeout=600, seed=2)
    assert not again.is_promoted
    assert again.details["chosen"]["rung"] != "markov"


def test_a_champion_that_learnt_from_what_is_quarantined_now_is_no_bar(tmp_path: Path) -> None:
    """On the past it knows the outcome: no honest model would ever beat it."""
    frame, own = won_leads(1200), settings_in(tmp_path)
    told = number("attr_told", "Told", "已知")
    frame.frame["attr_told"] = frame.frame["label"] + np.random.default_rng(1).normal(0, 0.05, len(frame.frame))
    frame.features.append(replace(told, is_accepted=True))
    leaky = train("win", FakeRepository(frame), own, AS_OF, trials=1, timeout=600, seed=1)
    assert leaky.is_promoted
    assert leaky.metrics["roc_auc"] > 0.99
    frame.features[-1] = told
    honest = train("win", FakeRepository(frame), own, AS_OF, trials=1, timeout=600, seed=1)
    assert [one.column for one in honest.quarantined] == ["attr_told"]
    assert "champion" not in honest.gate["against"]
    words = f"version {leaky.version}, was not compared: it learnt from what is quarantined now (attr_told)."
    assert words in honest.gate["reason"]
