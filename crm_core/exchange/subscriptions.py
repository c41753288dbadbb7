"""Who is told of changes: webhooks, added, listed and removed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, insert, select

from crm_core.database import read_transaction, write_transaction
from crm_core.errors import DeliveryFault, UnknownWebhookError, WebhookError
from crm_core.exchange.feed import KINDS, last_number
from crm_core.exchange.signing import check_secret, new_secret
from crm_core.exchange.target import resolve
from crm_core.tables import Webhook, WebhookDelivery


@dataclass(frozen=True)
class Subscription:
    """A webhook without its secret. `cursor_seq`: the last change that is in a delivery."""

    webhook_id: str
    url: str
    kinds: list[str]
    cursor_seq: int
    created_at: datetime


def add_webhook(
    engine: Engine,
    url: str,
    kinds: Sequence[str],
    now: datetime,
    *,
    secret: str | None = None,
    since: int | None = None,
    allow_private: bool = False,
) -> tuple[Subscription, str]:
    """Subscribe a URL to kinds of changes; returns the subscription and its secret.

    Parameters
    ----------
    secret: `whsec_...`; None: a new one. since: cursor from which on it is told; None: from now on.

    Raises
    ------
    WebhookError: URL, kind, secret or cursor cannot be used; a private address counts, unless allowed.
    """
    if unknown := sorted(set(kinds) - set(KINDS)) or ([] if kinds else ["none"]):
        raise WebhookError(f"Kinds must be among {', '.join(KINDS)}, but got {', '.join(unknown)}.")
    _check_place(url, allow_private=allow_private)
    secret = secret or new_secret()
    check_secret(secret)
    with write_transaction(engine) as connection:
        last = last_number(connection)
        if since is not None and not 0 <= since <= last:
            raise WebhookError(f"since must be a cursor from 0 to {last}, but got {since}.")
        webhook_id = f"wh_{secrets.token_hex(8)}"
        row = Subscription(webhook_id, url, sorted(set(kinds)), last if since is None else since, now)
        connection.execute(insert(Webhook).values(secret=secret, **vars(row)))
    return row, secret


def list_webhooks(engine: Engine) -> list[Subscription]:
    """All subscriptions, oldest first."""
    table = Webhook.__table__
    columns: list[Any] = [table.c[name] for name in Subscription.__dataclass_fields__]
    with read_transaction(engine) as connection:
        rows = connection.execute(select(*columns).order_by(table.c.created_at, table.c.webhook_id)).mappings()
        return [Subscription(**row) for row in rows]


def remove_webhook(engine: Engine, webhook_id: str) -> None:
    """End a subscription and forget its deliveries.

    Raises
    ------
    UnknownWebhookError: there is none with this id.
    """
    with write_transaction(engine) as connection:
        if not connection.execute(delete(Webhook).where(Webhook.webhook_id == webhook_id)).rowcount:
            raise UnknownWebhookError(f"A webhook must have this id, but there is none with {webhook_id!r}.")
        connection.execute(delete(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id))


def _check_place(url: str, *, allow_private: bool) -> None:
    try:
        resolve(url, allow_private=allow_private)
    except DeliveryFault as fault:
        raise WebhookError(str(fault)) from None
