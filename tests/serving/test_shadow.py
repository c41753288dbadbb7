from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from serving.shadow import MODEL_NAME
from tests.serving import fakes
from tests.serving.conftest import Service
from tests.waiting import until

URL = "/v1/leads/score"


@pytest.fixture
def shadowed(start: Callable[..., Service]) -> Service:
    return start(challengers=fakes.FakeRegistry({"win": (9, fakes.artefact("win", offset=1.0))}))


def shadows(service: Service, count: int) -> list[object]:
    def found() -> list[object]:
        return [receipt for receipt in list(service.stored.values()) if receipt.model_name == MODEL_NAME]

    until(lambda: len(found()) >= count)
    return found()


def test_a_challengers_scores_are_stored_and_never_answered(shadowed: Service) -> None:
    answer = shadowed.post(URL, {"lead_ids": ["L1", "L2"]}).json()
    assert answer["model"]["version"] == 3
    stored = shadows(shadowed, 2)
    assert {receipt.entity_id for receipt in stored} == {"L1", "L2"}  # type: ignore[attr-defined]
    artefact = fakes.artefact("win", offset=1.0)
    for receipt, score in zip(sorted(stored, key=lambda one: one.entity_id), answer["scores"], strict=True):  # type: ignore[attr-defined]
        assert receipt.model_version == "9"
        expected = float(artefact.predict(artefact.encode_row(receipt.features))[0])
        assert receipt.scores == {
            "challenger_win_probability": pytest.approx(expected),
            "champion_win_probability": score["win_probability"],
        }
        assert receipt.prediction_id not in str(answer)


def test_a_challenger_that_fails_is_not_noticed_by_who_asks(shadowed: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.shadow.shadow_of", lambda *_: 1 / 0)
    assert shadowed.post(URL, {"lead_ids": ["L1"]}).status_code == 200


def test_one_that_is_named_no_more_is_dropped(shadowed: Service) -> None:
    holder = shadowed.runtime.shadow._challengers
    shadowed.challengers.champions.clear()
    holder.refresh()
    assert holder.get("win") is None
    shadowed.post(URL, {"lead_ids": ["L1"]})
    time.sleep(0.1)
    assert not shadows(shadowed, 0)
