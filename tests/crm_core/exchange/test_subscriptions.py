from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from crm_core.errors import UnknownWebhookError, WebhookError
from crm_core.exchange import publish
from crm_core.exchange.subscriptions import add_webhook, list_webhooks, remove_webhook
from tests.crm_core.conftest import LATER, NOW

URL = "http://127.0.0.1:9/hook"


def test_a_subscription_is_listed_without_its_secret(engine: Engine) -> None:
    publish(engine, "tag", "customer", "c1", {}, NOW)
    made, secret = add_webhook(engine, URL, ["tag", "score", "tag"], NOW, allow_private=True)
    other, _ = add_webhook(engine, URL, ["tier"], LATER, since=0, secret=secret, allow_private=True)
    assert list_webhooks(engine) == [made, other]
    assert (made.kinds, made.cursor_seq, other.cursor_seq) == (["score", "tag"], 1, 0)
    assert secret not in repr(list_webhooks(engine))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"kinds": []}, "Kinds must be among"),
        ({"kinds": ["score", "price"]}, "but got price"),
        ({"secret": "short"}, "A secret must be"),
        ({"since": 1}, "from 0 to 0"),
        ({"allow_private": False}, "public addresses only"),
        ({"url": "ftp://x"}, "must be http"),
    ],
)
def test_what_cannot_be_subscribed_is_refused(sqlite_engine: Engine, changed: dict[str, Any], sentence: str) -> None:
    given = {"url": URL, "kinds": ["score"], "allow_private": True, **changed}
    with pytest.raises(WebhookError, match=sentence):
        add_webhook(sqlite_engine, now=NOW, **given)
    assert list_webhooks(sqlite_engine) == []


def test_removing_what_is_not_there_is_told(engine: Engine) -> None:
    made, _ = add_webhook(engine, URL, ["tag"], NOW, allow_private=True)
    remove_webhook(engine, made.webhook_id)
    with pytest.raises(UnknownWebhookError, match=made.webhook_id):
        remove_webhook(engine, made.webhook_id)
