from __future__ import annotations

import numpy as np
import pytest

from configs.settings import load_settings
from scoring.customer_scores import COLUMNS, score_customers, score_vectors, value_at_risk
from tests.scoring.made import AS_OF, artefact, rows

SETTINGS = load_settings()
VERSIONS = {"churn": 1, "rfm": 2}


def test_batch_and_vectors_give_the_same_scores() -> None:
    frame, churn, rfm = rows(), artefact("churn"), artefact("rfm")
    table = score_customers(churn, rfm, VERSIONS, frame, SETTINGS, AS_OF).set_index("customer_id")
    scores = score_vectors(churn, rfm, frame.to_dict("records"), SETTINGS)
    for customer_id, score in zip(frame["entity_id"], scores, strict=True):
        row = table.loc[customer_id]
        got = [row[name] for name in ("churn_probability", "p_up", "p_stay", "p_down")]
        assert got == pytest.approx([score.churn_probability, score.p_up, score.p_stay, score.p_down], abs=1e-9)
        assert row["reasons"] == score.reasons


def test_columns_are_those_of_the_contract_and_money_comes_first() -> None:
    table = score_customers(artefact("churn"), artefact("rfm"), VERSIONS, rows(), SETTINGS, AS_OF)
    assert tuple(table.columns) == COLUMNS
    known = table["value_at_risk"].dropna().to_numpy()
    assert np.all(np.diff(known) <= 0)
    assert table["model_versions"][0] == VERSIONS
    assert {reason["model"] for row in table["reasons"] for reason in row} == {"churn", "rfm"}


def test_value_at_risk_counts_a_customer_who_churns_and_moves_down_once() -> None:
    # 36,500.00 a year are 9,000.00 in 90 days; 20 % churn lose all, the other 10 % who move down a quarter.
    assert value_at_risk(3_650_000, 0.2, 0.3, 0.25, 90) == pytest.approx(9000 * (0.2 + 0.1 * 0.25))
    assert value_at_risk(3_650_000, 0.4, 0.3, 0.25, 90) == pytest.approx(9000 * 0.4)
    assert value_at_risk(float("nan"), 0.4, 0.3, 0.25, 90) is None
