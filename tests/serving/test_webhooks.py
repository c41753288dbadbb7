"""The API in both directions with a real service process: an event in, the new score, the feed and the webhook out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from configs.settings import Settings, load_settings
from features.repository import FeatureRepository
from funnelcast.free_port import free_port
from scoring.registry import Registry
from serving.run import wait_until_ready
from tests.commands import CommandLine, command_line
from tests.crm_core.exchange.conftest import Subscriber, listening
from tests.serving import fakes

pytestmark = [pytest.mark.slow, pytest.mark.alone]

ALLOWED_SECONDS = 5.0  # from the answer to an event to a score that reflects it: the contract
PRIVATE = {"FUNNELCAST_EXCHANGE__WEBHOOKS__ALLOW_PRIVATE_ADDRESSES": "true"}


@dataclass
class State:
    line: CommandLine
    settings: Settings
    lead_ids: list[str]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    home = tmp_path_factory.mktemp("exchange")
    line = command_line(home, **PRIVATE)
    line("simulate", home / "bundle", "--leads", "600", "--seed", "5", "--scenario", "calm")
    line("import", home / "bundle")
    line("features")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FUNNELCAST_HOME", str(home))
        settings = load_settings()
    registry = Registry(settings)
    for name in ("win", "churn", "rfm"):
        fakes.artefact(name).save(home / "hand-made" / name)
        registry.promote(name, registry.register(name, home / "hand-made" / name))
    frame = FeatureRepository(settings).current_frame("leads", datetime.now(UTC))
    return State(line, settings, frame["entity_id"].tolist())


@pytest.fixture(scope="module")
def subscriber() -> Iterator[Subscriber]:
    with listening(Subscriber(statuses=[503, 200])) as opened:
        yield opened


@pytest.fixture(scope="module")
def webhook(state: State, subscriber: Subscriber) -> dict[str, Any]:
    return state.line("webhooks", "add", subscriber.url, "--kinds", "score,credit_hold")


@pytest.fixture(scope="module")
def client(state: State, webhook: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    assert webhook["webhook_id"]
    key = state.line("key", "erp", "--role", "crm")["key"]
    port, log = free_port(), tmp_path_factory.mktemp("log") / "serve.log"
    fast = {"FUNNELCAST_EXCHANGE__WEBHOOKS__FIRST_RETRY_SECONDS": "0.2"}
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "funnelcast", "serve", "--port", str(port)],
            env={**os.environ, "FUNNELCAST_HOME": str(state.line.home), **PRIVATE, **fast},
            stdout=sink,
            stderr=sink,
        )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", timeout=120)
        headers = {"authorization": f"Bearer {key}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as opened:
            yield opened
    finally:
        process.terminate()
        process.wait(timeout=60)
        print(log.read_text())


def score(client: httpx.Client, lead_id: str) -> dict[str, Any]:
    """The lead's score, or why it has none."""
    answer = client.post("/v1/leads/score", json={"lead_ids": [lead_id]}).raise_for_status().json()
    found: dict[str, Any] = [*answer["scores"], *answer["errors"]][0]
    return found


def send(client: httpx.Client, table: str, *rows: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = client.post("/v1/events", json={"table": table, "rows": rows}).raise_for_status().json()
    assert answer["rejected"] == 0, answer
    return answer


def within(seconds: float, is_so: Callable[[], Any], what: str) -> float:
    """Seconds until it is so; fails after `seconds`."""
    started = time.monotonic()
    while not is_so():
        assert time.monotonic() - started < seconds, what
        time.sleep(0.05)
    passed = time.monotonic() - started
    print(f"{what}: {passed:.2f} s")
    return passed


def now() -> str:
    return datetime.now(UTC).isoformat()


def test_a_stage_event_reaches_the_features_of_the_score(client: httpx.Client, state: State) -> None:
    lead_id = state.lead_ids[0]
    before = score(client, lead_id)
    send(client, "stage_events", {"lead_id": lead_id, "stage": "negotiation", "entered_at": now()})
    within(ALLOWED_SECONDS, lambda: score(client, lead_id)["features_as_of"] > before["features_as_of"], "stage event")
    after = score(client, lead_id)
    receipt = client.get(f"/v1/predictions/{after['prediction_id']}").raise_for_status().json()
    assert "negotiation" in map(str, receipt["features"].values())


def test_a_changed_lead_reaches_the_score_the_feed_and_the_subscriber(
    client: httpx.Client, state: State, subscriber: Subscriber, webhook: dict[str, Any]
) -> None:
    lead_id = state.lead_ids[1]
    before = score(client, lead_id)["win_probability"]
    # The hand-made model follows the age: a lead that was unlikely to be won becomes young, one that was likely old.
    created = datetime.now(UTC) - timedelta(days=0 if before < 0.5 else 95)
    send(client, "leads", {"lead_id": lead_id, "created_at": created.isoformat(), "expected_amount": 1000})
    within(ALLOWED_SECONDS, lambda: score(client, lead_id)["win_probability"] != before, "changed lead")
    after = score(client, lead_id)["win_probability"]

    def told() -> list[dict[str, Any]]:
        changes = client.get("/v1/changes").raise_for_status().json()["changes"]
        return [one for one in changes if (one["kind"], one["entity_id"]) == ("score", lead_id)]

    within(ALLOWED_SECONDS, told, "change in the feed")
    assert told()[-1]["body"]["win_probability"] == pytest.approx(after)
    within(ALLOWED_SECONDS, lambda: lead_id in [one["entity_id"] for _, one in delivered(subscriber)], "webhook")
    headers, body = subscriber.taken[-1]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.digest(base64.b64decode(webhook["secret"][6:]), signed, hashlib.sha256)
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert abs(time.time() - int(headers["webhook-timestamp"])) < 60
    within(ALLOWED_SECONDS, lambda: len(subscriber.taken) > 1, "second attempt")
    first = [headers["webhook-id"] for headers, _ in subscriber.taken[:2]]
    assert first[0] == first[1], "the first attempt was answered 503 and is made again"


def delivered(subscriber: Subscriber) -> list[tuple[str, dict[str, Any]]]:
    bodies = list(zip(subscriber.taken, subscriber.bodies(), strict=False))
    return [(headers["webhook-id"], one) for (headers, _), body in bodies for one in body["changes"]]


def test_overdue_receivables_hold_the_credit_of_the_customers_leads(client: httpx.Client, state: State) -> None:
    lead_id = state.lead_ids[2]
    created = (datetime.now(UTC) - timedelta(days=3)).isoformat()
    send(client, "leads", {"lead_id": lead_id, "created_at": created, "customer_id": "C-overdue"})
    within(ALLOWED_SECONDS, lambda: score(client, lead_id)["credit_hold"] is False, "lead without a hold")
    rows = [{"invoice_id": f"i{i}", "customer_id": "C-overdue", "amount": 9, "due_on": "2024-01-01"} for i in (1, 2)]
    send(client, "receivables", *rows)
    within(ALLOWED_SECONDS, lambda: score(client, lead_id)["credit_hold"], "credit hold")

    def held() -> list[Any]:
        changes = client.get("/v1/changes").json()["changes"]
        return [one["body"] for one in changes if (one["kind"], one["entity_id"]) == ("credit_hold", lead_id)]

    within(ALLOWED_SECONDS, lambda: held() == [{"credit_hold": True}], "credit hold in the feed")


def test_a_lost_lead_has_no_score_any_more(client: httpx.Client, state: State) -> None:
    lead_id = state.lead_ids[3]
    assert "win_probability" in score(client, lead_id)
    send(client, "stage_events", {"lead_id": lead_id, "stage": "lost", "entered_at": now(), "reason": "budget"})
    within(ALLOWED_SECONDS, lambda: score(client, lead_id).get("code") == "lead_not_found", "lost lead")
    ranked = client.get("/v1/priority", params={"limit": 1000}).raise_for_status().json()["leads"]
    assert lead_id not in [lead["lead_id"] for lead in ranked]
    assert state.lead_ids[0] in [lead["lead_id"] for lead in ranked]


def test_an_order_reaches_the_score_of_its_customer(client: httpx.Client) -> None:
    order = {"order_id": "O-new", "customer_id": "C-new", "ordered_at": now(), "amount": 100}
    send(client, "orders", order)
    ids = {"customer_ids": ["C-new"]}
    within(ALLOWED_SECONDS, lambda: client.post("/v1/customers/score", json=ids).json()["scores"], "new customer")


def test_events_that_arrive_all_the_time_still_reach_the_score_in_time(client: httpx.Client, state: State) -> None:
    for lead_id in state.lead_ids[10:16]:
        before = score(client, lead_id)["features_as_of"]
        send(client, "orders", {"order_id": f"O-{lead_id}", "customer_id": lead_id, "ordered_at": now(), "amount": 1})
        call = {"activity_id": f"A-{lead_id}", "occurred_at": now(), "kind": "call", "lead_id": lead_id}
        send(client, "activities", call)

        def is_new(lead_id: str = lead_id, before: str = before) -> bool:
            return bool(score(client, lead_id)["features_as_of"] > before)

        within(ALLOWED_SECONDS, is_new, "one of many")
