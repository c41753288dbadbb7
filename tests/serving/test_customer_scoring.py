from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from scoring.customer_scores import score_customers
from serving.schemas import CustomerScoreAnswer
from tests.serving import fakes
from tests.serving.conftest import Service

URL = "/v1/customers/score"


def test_the_answer_names_both_models_and_comes_in_the_order_asked(service: Service) -> None:
    answer = service.post(URL, {"customer_ids": ["C2", "nobody", "C1"]})
    assert answer.status_code == 200, answer.text
    CustomerScoreAnswer.model_validate_json(answer.content)
    content = answer.json()
    assert {name: model["version"] for name, model in content["models"].items()} == {"churn": 1, "rfm": 2}
    assert [score["customer_id"] for score in content["scores"]] == ["C2", "C1"]
    assert [error["code"] for error in content["errors"]] == ["customer_not_found"]
    for score in content["scores"]:
        assert score["p_up"] + score["p_stay"] + score["p_down"] == pytest.approx(1, abs=1e-6)


def test_http_and_batch_give_the_same_numbers(service: Service) -> None:
    vectors = [service.reader.vectors["customers", key] for key in ("C1", "C2")]
    frame = pd.DataFrame([{"entity_id": vector.entity_id, **vector.values} for vector in vectors])
    churn, rfm = service.champions.get("churn"), service.champions.get("rfm")
    assert churn is not None
    assert rfm is not None
    versions = {"churn": 1, "rfm": 2}
    batch = score_customers(churn.artefact, rfm.artefact, versions, frame, service.settings, fakes.NOW)
    for score in service.post(URL, {"customer_ids": ["C1", "C2"]}).json()["scores"]:
        row = batch.set_index("customer_id").loc[score["customer_id"]]
        for figure in ("churn_probability", "p_up", "p_stay", "p_down", "value_at_risk"):
            assert score[figure] == pytest.approx(row[figure], abs=1e-6), figure


def test_one_missing_model_is_503(start: Callable[..., Service]) -> None:
    answer = start(registry=fakes.FakeRegistry({"churn": (1, fakes.artefact("churn"))})).post(
        URL, {"customer_ids": ["C1"]}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "no_model")


def test_customers_cannot_be_given_in_full(service: Service) -> None:
    answer = service.post(URL, {"customers": [{"customer_id": "C9"}]})
    assert answer.status_code == 422


def test_the_receipt_names_both_versions(service: Service) -> None:
    (score,) = service.post(URL, {"customer_ids": ["C1"]}).json()["scores"]
    receipt = service.request("GET", f"/v1/predictions/{score['prediction_id']}").json()
    assert (receipt["entity"], receipt["model_name"], receipt["model_version"]) == ("customer", "churn,rfm", "1,2")
