"""The online store gone: scores from what the CRM still knows, told as degraded; never a made-up number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from crm_core.stored_profiles import KnownFeatures
from features.errors import OnlineStoreError
from serving.bounded_calls import BoundedCalls
from serving.breaker import Breaker
from serving.guarded_reader import GuardedReader
from serving.last_known import LastKnown
from tests.serving import fakes
from tests.serving.conftest import Service

URL = "/v1/leads/score"
EARLIER = fakes.NOW - timedelta(hours=5)


@dataclass
class FakeProfiles:
    """L1 was scored before, L2 only has its record, L3 is closed, and C1 was scored before."""

    failure: Exception | None = None
    asked: list[Any] = field(default_factory=list)

    def last_features(self, _: str, ids: list[str]) -> dict[str, KnownFeatures]:
        if self.failure:
            raise self.failure
        known = {"L1": fakes.lead_values(15.0), "L3": fakes.lead_values(45.0), "C1": fakes.customer_values(30.0)}
        return {key: KnownFeatures(EARLIER, known[key]) for key in ids if key in known}

    def open_leads(self, ids: list[str], _: Any) -> dict[str, dict[str, Any]]:
        profiles = {"L1": {"channel_id": "web"}, "L2": {"channel_id": "fair", "employee_count": 80}}
        return {key: profiles[key] for key in ids if key in profiles}


def fall_back(profiles: FakeProfiles) -> LastKnown:
    return LastKnown(profiles, BoundedCalls("crm", 5), Breaker("crm", 3, 1))


@pytest.fixture
def degraded(start: Callable[..., Service]) -> Service:
    reader = fakes.reader()
    reader.failure = OnlineStoreError("The online store must be reachable, but is not.")
    return start(reader=reader, fall_back=fall_back(FakeProfiles()))


def test_scores_come_from_the_last_receipt_or_the_record_and_say_so(degraded: Service) -> None:
    answer = degraded.post(URL, {"lead_ids": ["L1", "L2", "L3", "nobody"]}).json()
    first, second = answer["scores"]
    assert (first["lead_id"], first["degraded"], first["features_as_of"]) == ("L1", True, EARLIER.isoformat())
    assert (second["lead_id"], second["degraded"]) == ("L2", True)
    assert [error["lead_id"] for error in answer["errors"]] == ["L3", "nobody"]


def test_the_degraded_score_is_the_models_own_of_the_values_that_are_known(degraded: Service) -> None:
    (score,) = degraded.post(URL, {"lead_ids": ["L2"]}).json()["scores"]
    artefact = fakes.artefact("win")
    encoded = artefact.encode_row({"channel_id": "fair", "employee_count": 80})
    assert score["win_probability"] == pytest.approx(float(artefact.predict(encoded)[0]))


def test_customers_come_from_their_last_receipt(degraded: Service) -> None:
    answer = degraded.post("/v1/customers/score", {"customer_ids": ["C1", "C2"]}).json()
    assert [(one["customer_id"], one["degraded"]) for one in answer["scores"]] == [("C1", True)]
    assert [error["customer_id"] for error in answer["errors"]] == ["C2"]


def test_with_both_stores_gone_there_is_no_score(start: Callable[..., Service]) -> None:
    reader, profiles = fakes.reader(), FakeProfiles(OnlineStoreError("gone too"))
    reader.failure = OnlineStoreError("gone")
    answer = start(reader=reader, fall_back=fall_back(profiles)).post(URL, {"lead_ids": ["L1"]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store_unavailable")
    assert answer.headers["retry-after"]


def test_a_store_that_is_not_there_at_the_start_is_opened_when_it_is() -> None:
    found = fakes.reader()
    opened: list[int] = []

    def open_reader() -> fakes.FakeReader:
        opened.append(1)
        if len(opened) == 1:
            raise OnlineStoreError("not yet")
        return found

    reader = GuardedReader(open_reader, BoundedCalls("online", 5), Breaker("online", 3, 1))
    with pytest.raises(OnlineStoreError):
        reader.read("leads", ["L1"], fakes.NOW)
    for _ in range(2):
        assert reader.read("leads", ["L1"], fakes.NOW)[0]
    assert len(opened) == 2
