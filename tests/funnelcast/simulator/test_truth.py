"""The planted truth can be learnt from what is recorded, and only as far as a real one could."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from funnelcast.simulator.truth import intercept_for, sigmoid
from tests.funnelcast.simulator.conftest import written
from tests.funnelcast.simulator.figures import read

CATEGORIES = ["channel_id", "industry", "product", "decision_maker_level", "urgency", "has_existing_equipment"]


def rows_at_needs_analysis(folder: Path) -> tuple[pd.DataFrame, pd.Series]:
    """Closed leads that reached needs analysis: what was recorded until then, and whether they won."""
    leads, events = read(folder, "leads").set_index("lead_id"), read(folder, "stage_events")
    entered = events.pivot(index="lead_id", columns="stage", values="entered_at")
    rows = leads[entered["needs_analysis"].notna() & (entered["lost"].notna() | entered["contract_signed"].notna())]
    entered = entered.loc[rows.index]
    features = rows[["expected_amount", "budget", "employee_count"]].apply(pd.to_numeric, errors="coerce")
    features["budget_share"] = features["budget"] / features["expected_amount"]
    features["is_existing"] = (rows["customer_id"] != "").astype(float)
    features["response_hours"] = (entered["contacted"] - entered["captured"]).dt.total_seconds() / 3600
    activities = read(folder, "activities").query("lead_id != ''")
    activities = activities[activities["occurred_at"] <= activities["lead_id"].map(entered["needs_analysis"])]
    by_lead = activities.groupby("lead_id")
    features["activities"] = by_lead.size().reindex(rows.index, fill_value=0)
    features["inbound"] = activities["direction"].eq("inbound").groupby(activities["lead_id"]).mean()
    features["effective"] = activities["is_effective"].eq("true").groupby(activities["lead_id"]).mean()
    for name in CATEGORIES:
        features[name] = rows[name].replace("", None).astype("category").cat.codes.astype(float)
    return features, entered["contract_signed"].notna().astype(int)


@pytest.mark.slow
def test_a_plain_model_reaches_a_realistic_auc(tmp_path: Path) -> None:
    features, won = rows_at_needs_analysis(written(tmp_path, "calm", leads=20_000))
    half = int(len(features) * 0.7)
    model = HistGradientBoostingClassifier(max_iter=120, learning_rate=0.06, max_leaf_nodes=12, random_state=0)
    probability = model.fit(features[:half], won[:half]).predict_proba(features[half:])[:, 1]
    auc = roc_auc_score(won[half:], probability)
    print(f"AUC {auc:.3f}")
    assert 0.70 < auc < 0.86
    assert np.quantile(probability, 0.9) > 3 * np.quantile(probability, 0.1)


def test_the_written_probabilities_are_those_of_the_outcomes(calm: Path) -> None:
    truth = pd.Series(json.loads((calm / "planted_truth.json").read_text(encoding="utf-8"))["win_probability"])
    events = read(calm, "stage_events")
    closed = events[events["stage"].isin(["lost", "contract_signed"])].set_index("lead_id")["stage"]
    won = (closed == "contract_signed").astype(int)
    expected = truth.loc[won.index]
    assert abs(expected.mean() - won.mean()) < 0.02
    assert roc_auc_score(won, expected) > 0.78


def test_noise_attributes_say_nothing(calm: Path) -> None:
    leads, events = read(calm, "leads"), read(calm, "stage_events")
    won = leads["lead_id"].isin(events.loc[events["stage"] == "contract_signed", "lead_id"])
    for name in ("form_version", "preferred_contact_time"):
        assert np.ptp(won.groupby(leads[name]).mean()) < 0.06


def test_intercept_gives_the_wanted_rate() -> None:
    eta = np.random.default_rng(0).normal(1, 2, 10_000)
    assert abs(sigmoid(eta + intercept_for(eta, 0.17)).mean() - 0.17) < 1e-9
