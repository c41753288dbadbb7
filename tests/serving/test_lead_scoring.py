from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from features.errors import OnlineStoreError, RowError
from scoring.lead_batch import score_leads
from serving.schemas import LeadScoreAnswer
from tests.serving import fakes
from tests.serving.conftest import Service
from tests.waiting import until

URL = "/v1/leads/score"
ROW = {"lead_id": "N1", "created_at": "2026-05-02T16:00:00", "channel_id": "web", "expected_amount": 10000}


def scores(service: Service, body: dict[str, Any]) -> list[dict[str, Any]]:
    answer = service.post(URL, body)
    assert answer.status_code == 200, answer.text
    LeadScoreAnswer.model_validate_json(answer.content)
    found: list[dict[str, Any]] = answer.json()["scores"]
    return found


def test_the_answer_is_the_contracts(service: Service) -> None:
    answer = service.post(URL, {"lead_ids": ["L1"]}).json()
    assert set(answer) == {"model", "scores", "errors"}
    assert answer["model"] == {"name": "win", "version": 3, "trained_as_of": fakes.TRAINED_AS_OF.isoformat()}
    (score,) = answer["scores"]
    assert set(score) == {
        "lead_id", "prediction_id", "win_probability", "win_probability_low", "win_probability_high",
        "comparable_leads", "grade", "trend", "expected_value", "amount_estimated", "reasons", "size_fit",
        "credit_hold", "prescreen", "degraded", "features_as_of", "scored_at", "expires_at",
    }  # fmt: skip
    assert set(score["reasons"][0]) == {"feature", "value", "contribution", "en", "zh", "group", "benchmark"}
    assert datetime.fromisoformat(score["scored_at"]) == fakes.NOW
    assert datetime.fromisoformat(score["expires_at"]) == fakes.NOW + timedelta(hours=24)
    assert datetime.fromisoformat(score["features_as_of"]) == fakes.NOW - timedelta(minutes=5)
    assert (score["size_fit"], score["credit_hold"], score["prescreen"], score["degraded"]) == (
        0.75,
        False,
        None,
        False,
    )
    assert score["expected_value"] == round(score["win_probability"] * 10_000, 2)


def test_scores_come_in_the_order_asked_and_unknown_leads_as_errors(service: Service) -> None:
    asked = ["L3", "nobody", "L1", "L3", "L2", "nobody"]
    answer = service.post(URL, {"lead_ids": asked}).json()
    assert [score["lead_id"] for score in answer["scores"]] == ["L3", "L1", "L3", "L2"]
    assert [(error["lead_id"], error["code"]) for error in answer["errors"]] == [("nobody", "lead_not_found")]
    assert service.reader.asked == [["L3", "nobody", "L1", "L2"]]


def test_only_unknown_leads_are_an_answer_without_scores(service: Service) -> None:
    answer = service.post(URL, {"lead_ids": ["nobody"]})
    assert answer.status_code == 200
    assert answer.json()["scores"] == []


def test_an_expired_vector_is_scored_and_marked(service: Service) -> None:
    found = scores(service, {"lead_ids": ["L4", "L5"]})
    assert [score["degraded"] for score in found] == [False, True]


def test_http_and_batch_give_the_same_numbers(service: Service) -> None:
    vectors = [service.reader.vectors["leads", f"L{i}"] for i in range(1, 6)]
    frame = pd.DataFrame([{"entity_id": vector.entity_id, **vector.values} for vector in vectors])
    champion = service.champions.get("win")
    assert champion is not None
    batch = score_leads(champion.artefact, 3, frame, service.settings, fakes.NOW).set_index("lead_id")
    for score in scores(service, {"lead_ids": [vector.entity_id for vector in vectors]}):
        row = batch.loc[score["lead_id"]]
        assert score["win_probability"] == pytest.approx(row["win_probability"], abs=1e-6)
        assert score["grade"] == row["grade"]
        assert score["expected_value"] == pytest.approx(row["expected_value"], abs=1e-6)
        assert [reason["feature"] for reason in score["reasons"]] == [reason["feature"] for reason in row["reasons"]]


def test_a_lead_given_in_full_scores_as_the_stored_one_with_the_same_features(service: Service) -> None:
    (by_row,) = scores(service, {"leads": [ROW]})  # created 30 days before now: 16:00 in Shanghai is 08:00 UTC
    (by_id,) = scores(service, {"lead_ids": ["L2"]})
    assert by_row["lead_id"] == "N1"
    assert by_row["win_probability"] == pytest.approx(by_id["win_probability"], abs=1e-6)
    assert by_row["expected_value"] == by_id["expected_value"]
    assert datetime.fromisoformat(by_row["features_as_of"]) == fakes.NOW


def test_a_lead_without_a_moment_arrives_now(service: Service) -> None:
    given = {**ROW, "created_at": fakes.NOW.isoformat()}
    without = {key: value for key, value in ROW.items() if key != "created_at"} | {"lead_id": "N2"}
    first, second = scores(service, {"leads": [given, without]})
    assert first["win_probability"] == second["win_probability"]


def test_a_lead_from_the_future_is_an_error_and_the_others_are_scored(service: Service) -> None:
    rows = [{**ROW, "lead_id": "late", "created_at": "2026-06-01T16:00:01"}, ROW]
    answer = service.post(URL, {"leads": rows}).json()
    assert [score["lead_id"] for score in answer["scores"]] == ["N1"]
    assert [(error["lead_id"], error["code"]) for error in answer["errors"]] == [("late", "created_after_as_of")]


def test_the_trend_is_against_the_last_score(start: Callable[..., Service]) -> None:
    probe = {score["lead_id"]: score["win_probability"] for score in scores(start(), {"lead_ids": ["L1", "L2", "L3"]})}
    last = {"L1": probe["L1"] + 0.05, "L2": probe["L2"] - 0.05, "L3": probe["L3"] + 0.01}
    service = start(last_scores=last)
    ids = {"lead_ids": ["L1", "L2", "L3", "L4"]}
    assert [score["trend"] for score in scores(service, ids)] == ["down", "up", "steady", "new"]
    assert [score["trend"] for score in scores(service, ids)] == ["steady"] * 4


def test_without_a_model_there_is_no_score(start: Callable[..., Service]) -> None:
    answer = start(registry=fakes.FakeRegistry({})).post(URL, {"lead_ids": ["L1"]})
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "no_model"
    assert int(answer.headers["retry-after"]) > 0


def test_an_online_store_that_is_gone_is_503_and_its_words_stay_inside(service: Service) -> None:
    service.reader.failure = OnlineStoreError("cannot reach /secret/path")
    answer = service.post(URL, {"lead_ids": ["L1"]})
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "store_unavailable"
    assert "retry-after" in answer.headers
    assert "secret" not in answer.text


def test_a_row_that_the_features_refuse_is_422(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise RowError("A lead's channel must be text, but got 7.")

    monkeypatch.setattr(fakes.FakeRowFeatures, "lead_frame_of_rows", refuse)
    answer = service.post(URL, {"leads": [ROW]})
    assert answer.status_code == 422
    assert answer.json()["error"]["message"] == "A lead's channel must be text, but got 7."


def test_every_score_has_a_receipt_from_the_first_moment_on(service: Service) -> None:
    (score,) = scores(service, {"lead_ids": ["L2"]})
    for _ in range(2):
        receipt = service.request("GET", f"/v1/predictions/{score['prediction_id']}").json()
        assert (receipt["entity"], receipt["entity_id"], receipt["model_version"]) == ("lead", "L2", "3")
        assert receipt["features"] == fakes.lead_values(30.0)
        assert receipt["scores"]["win_probability"] == score["win_probability"]
        assert receipt["reasons"] == score["reasons"]
        until(lambda: service.stored)
    assert list(service.stored) == [score["prediction_id"]]


def test_a_receipt_replays_to_its_score(service: Service) -> None:
    (score,) = scores(service, {"leads": [ROW]})
    receipt = service.request("GET", f"/v1/predictions/{score['prediction_id']}").json()
    champion = service.champions.get("win")
    assert champion is not None
    replayed = champion.artefact.predict(champion.artefact.encode_row(receipt["features"]))
    assert float(replayed[0]) == pytest.approx(score["win_probability"], abs=1e-6)


def test_an_unknown_receipt_is_404(service: Service) -> None:
    answer = service.request("GET", "/v1/predictions/unknown")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "prediction_not_found")


def test_a_thousand_leads_in_one_call(service: Service) -> None:
    started = time.perf_counter()
    assert len(scores(service, {"lead_ids": ["L1", "L2", "L3", "L4"] * 250})) == 1000
    assert time.perf_counter() - started < 5
    assert json.dumps({"lead_ids": ["x"] * 1001}) and service.post(URL, {"lead_ids": ["x"] * 1001}).status_code == 422  # noqa: PT018


def test_leads_given_in_full_do_not_hold_up_scores_by_id(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def slow(*_: Any) -> Any:
        assert release.wait(10)
        raise RowError("Too late.")

    monkeypatch.setattr(fakes.FakeRowFeatures, "lead_frame_of_rows", slow)
    waiting = threading.Thread(target=service.post, args=(URL, {"leads": [ROW]}))
    waiting.start()
    assert len(scores(service, {"lead_ids": ["L1"]})) == 1
    assert waiting.is_alive()
    release.set()
    waiting.join()
