"""Deliveries from the feed to a real listener, with retries, dead letters, and a worker that dies."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from configs.sections import Webhooks
from configs.settings import Settings
from crm_core.errors import UnknownWebhookError
from crm_core.exchange import Change, publish_all
from crm_core.exchange.courier import deliver_due, deliver_round
from crm_core.exchange.dead_letters import dead_letters, retry_dead
from crm_core.exchange.deliveries import claim, note_failed, pause_seconds, webhooks_with_work
from crm_core.exchange.subscriptions import add_webhook, remove_webhook
from tests.crm_core.conftest import NOW, rows
from tests.crm_core.exchange.conftest import Subscriber


@pytest.fixture
def rules(settings: Settings) -> Webhooks:
    changes = {"allow_private_addresses": True, "batch": 3, "max_attempts": 3, "timeout_seconds": 2}
    return settings.exchange.webhooks.model_copy(update=changes)


class Clock:
    def __init__(self) -> None:
        self.moment = NOW

    def __call__(self) -> datetime:
        return self.moment

    def go_on(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def tell(engine: Engine, count: int, kind: str = "score", start: int = 0) -> None:
    publish_all(engine, [Change(kind, "lead", f"l{i}", {"p": i / 7}, NOW) for i in range(start, start + count)])


def hook(engine: Engine, subscriber: Subscriber, *kinds: str) -> tuple[str, str]:
    made, secret = add_webhook(engine, subscriber.url, kinds or ("score",), NOW, since=0, allow_private=True)
    return made.webhook_id, secret


Subscribe = Callable[..., Subscriber]


def test_changes_arrive_once_in_their_order_and_signed(
    engine: Engine, rules: Webhooks, subscribe: Subscribe, clock: Clock
) -> None:
    subscriber = subscribe()
    webhook_id, secret = hook(engine, subscriber)
    tell(engine, 7)
    assert deliver_due(engine, rules, clock) == {"delivered": 3}
    assert deliver_due(engine, rules, clock) == {}
    assert subscriber.ids() == [f"l{i}" for i in range(7)]
    assert {body["webhook_id"] for body in subscriber.bodies()} == {webhook_id}
    for headers, body in subscriber.taken:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        digest = hmac.new(base64.b64decode(secret[6:]), signed, hashlib.sha256).digest()
        assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
        assert int(headers["webhook-timestamp"]) == NOW.timestamp()


def test_only_the_kinds_subscribed_to_arrive(
    engine: Engine, rules: Webhooks, subscribe: Subscribe, clock: Clock
) -> None:
    tags, all_kinds = subscribe(), subscribe()
    hook(engine, tags, "tag")
    hook(engine, all_kinds, "tag", "score")
    tell(engine, 2, "score")
    tell(engine, 2, "tag", start=2)
    tell(engine, 2, "score", start=4)
    deliver_due(engine, rules, clock)
    assert tags.ids() == ["l2", "l3"]
    assert all_kinds.ids() == [f"l{i}" for i in range(6)]
    assert webhooks_with_work(engine, clock()) == []


def test_where_nothing_is_of_interest_the_cursor_goes_on_without_a_delivery(
    engine: Engine, rules: Webhooks, subscribe: Subscribe, clock: Clock
) -> None:
    subscriber = subscribe()
    hook(engine, subscriber, "tier")
    tell(engine, 4)
    assert deliver_due(engine, rules, clock) == {}
    assert webhooks_with_work(engine, clock()) == []
    assert subscriber.taken == []


def test_a_failed_delivery_comes_again_with_its_id_and_body_and_what_came_meanwhile_follows(
    engine: Engine, rules: Webhooks, subscribe: Subscribe, clock: Clock
) -> None:
    subscriber = subscribe(statuses=[500, 503, 200])
    hook(engine, subscriber)
    tell(engine, 2)
    assert deliver_due(engine, rules, clock) == {"failed": 1}
    tell(engine, 4, start=2)
    assert deliver_due(engine, rules, clock) == {}
    clock.go_on(rules.first_retry_seconds)
    assert deliver_due(engine, rules, clock) == {"failed": 1}
    clock.go_on(rules.first_retry_seconds)
    assert deliver_due(engine, rules, clock) == {}
    clock.go_on(rules.first_retry_seconds)
    assert deliver_due(engine, rules, clock) == {"delivered": 3}
    ids = [headers["webhook-id"] for headers, _ in subscriber.taken]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert len({body for _, body in subscriber.taken[:3]}) == 1
    assert subscriber.ids()[4:] == [f"l{i}" for i in range(6)]


def test_the_pause_doubles_up_to_its_limit(rules: Webhooks) -> None:
    assert [pause_seconds(n, rules) for n in (1, 2, 3)] == [10, 20, 40]
    assert pause_seconds(10_000, rules) == rules.max_retry_seconds


def test_after_the_last_attempt_a_delivery_is_kept_as_dead_and_the_next_goes_out(
    engine: Engine, rules: Webhooks, subscribe: Subscribe, clock: Clock
) -> None:
    subscriber = subscribe(statuses=[500, 500, 500, 200])
    webhook_id, _ = hook(engine, subscriber)
    tell(engine, 5)
    total: dict[str, int] = {}
    for _ in range(3):
        total = deliver_due(engine, rules, clock)
        clock.go_on(1000)
    assert total == {"dead": 1, "delivered": 1}
    [letter] = dead_letters(engine)
    assert (letter.webhook_id, letter.count_changes, letter.count_attempts) == (webhook_id, 3, 3)
    assert letter.last_fault == "The subscriber must answer with a status of 200 to 299, but answered 500."
    assert retry_dead(engine, letter.delivery_id, clock()) == 1
    assert dead_letters(engine) == []
    assert deliver_due(engine, rules, clock) == {"delivered": 1}
    assert subscriber.taken[-1][1] == subscriber.taken[0][1]


def test_all_dead_letters_can_be_tried_again_and_an_unknown_one_is_told(
    engine: Engine, rules: Webhooks, subscribe: Subscribe, clock: Clock
) -> None:
    subscriber = subscribe(statuses=[500, 500, 200])
    hook(engine, subscriber)
    tell(engine, 6)
    once = rules.model_copy(update={"max_attempts": 1})
    assert deliver_due(engine, once, clock) == {"dead": 2}
    assert retry_dead(engine, None, clock()) == 2
    assert deliver_due(engine, once, clock) == {"delivered": 2}
    with pytest.raises(UnknownWebhookError, match="msg_x"):
        retry_dead(engine, "msg_x", clock())


def test_a_delivery_whose_worker_died_comes_again(
    engine: Engine, rules: Webhooks, subscribe: Subscribe, clock: Clock
) -> None:
    subscriber = subscribe()
    webhook_id, _ = hook(engine, subscriber)
    tell(engine, 1)
    lost = claim(engine, webhook_id, clock(), rules)
    assert lost is not None
    assert deliver_due(engine, rules, clock) == {}
    clock.go_on(60)
    assert deliver_due(engine, rules, clock) == {"delivered": 1}
    note_failed(engine, lost, "it was only slow", clock(), rules)
    clock.go_on(60)
    assert deliver_due(engine, rules, clock) == {}
    assert [headers["webhook-id"] for headers, _ in subscriber.taken] == [lost.delivery_id]


def test_workers_at_once_deliver_each_change_once(
    engine: Engine, rules: Webhooks, subscribe: Subscribe, clock: Clock
) -> None:
    subscriber = subscribe(delay_seconds=0.02)
    hook(engine, subscriber)
    tell(engine, 12)
    faults: list[Any] = []

    def work() -> None:
        try:
            while len(subscriber.ids()) < 12 and time.monotonic() < give_up_at:
                deliver_round(engine, rules, clock)
        except Exception as error:
            faults.append(error)

    give_up_at = time.monotonic() + 60
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert subscriber.ids() == [f"l{i}" for i in range(12)]


def test_a_subscriber_that_hangs_does_not_keep_the_others_waiting_for_more_than_its_attempt(
    engine: Engine, rules: Webhooks, subscribe: Subscribe, clock: Clock
) -> None:
    hanging, well = subscribe(delay_seconds=1.0), subscribe()
    hook(engine, hanging)
    hook(engine, well)
    tell(engine, 6)
    short = rules.model_copy(update={"timeout_seconds": 0.3})
    assert deliver_round(engine, short, clock) == {"failed": 1, "delivered": 1}
    assert deliver_round(engine, short, clock) == {"delivered": 1}
    assert well.ids() == [f"l{i}" for i in range(6)]


def test_a_private_address_is_not_delivered_to(
    engine: Engine, rules: Webhooks, subscribe: Subscribe, clock: Clock
) -> None:
    subscriber = subscribe()
    hook(engine, subscriber)
    tell(engine, 1)
    guarded = rules.model_copy(update={"allow_private_addresses": False, "max_attempts": 1})
    assert deliver_due(engine, guarded, clock) == {"dead": 1}
    assert subscriber.taken == []
    assert "public addresses only" in dead_letters(engine)[0].last_fault


def test_a_removed_subscription_leaves_nothing(
    engine: Engine, rules: Webhooks, subscribe: Subscribe, clock: Clock
) -> None:
    webhook_id, _ = hook(engine, subscribe(statuses=[500]))
    tell(engine, 1)
    deliver_due(engine, rules, clock)
    remove_webhook(engine, webhook_id)
    assert rows(engine, "SELECT count(*) FROM webhook_deliveries") == [(0,)]
    clock.go_on(1000)
    assert deliver_due(engine, rules, clock) == {}
