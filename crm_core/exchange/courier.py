"""Delivers what is due: one attempt per subscriber and round, several subscribers at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy import Engine

from configs.sections import Webhooks
from crm_core.errors import DeliveryFault, WebhookError
from crm_core.exchange.deliveries import Attempt, claim, note_delivered, note_failed, webhooks_with_work
from crm_core.exchange.post import post
from crm_core.exchange.signing import signed_headers
from crm_core.exchange.target import resolve

OUTCOMES = ("delivered", "failed", "dead")


def deliver_round(engine: Engine, rules: Webhooks, now: Callable[[], datetime]) -> Counter[str]:
    """One attempt for every subscriber that has something due; counts by outcome (delivered, failed, dead).

    A subscriber that does not answer holds up a round by the time limit of one attempt, and the others' next attempt
    with it, but never more. Several processes may deliver at once: each delivery is claimed by one.

    Raises
    ------
    DatabaseError: the database cannot be written; what was sent and not noted is sent again.
    """
    ids = webhooks_with_work(engine, now())
    if not ids:
        return Counter()
    with ThreadPoolExecutor(min(rules.threads, len(ids)), thread_name_prefix="webhooks") as threads:
        outcomes = threads.map(lambda webhook_id: _deliver_next(engine, webhook_id, rules, now), ids)
        return Counter(outcome for outcome in outcomes if outcome)


def deliver_due(engine: Engine, rules: Webhooks, now: Callable[[], datetime]) -> Counter[str]:
    """Rounds until nothing is due; counts by outcome."""
    total: Counter[str] = Counter()
    while done := deliver_round(engine, rules, now):
        total += done
    return total


def _deliver_next(engine: Engine, webhook_id: str, rules: Webhooks, now: Callable[[], datetime]) -> str | None:
    attempt = claim(engine, webhook_id, now(), rules)
    if attempt is None:
        return None
    try:
        _send(attempt, rules, now())
    except (DeliveryFault, WebhookError) as fault:
        return "dead" if note_failed(engine, attempt, str(fault), now(), rules) else "failed"
    note_delivered(engine, attempt.delivery_id, now())
    return "delivered"


def _send(attempt: Attempt, rules: Webhooks, now: datetime) -> None:
    target = resolve(attempt.url, allow_private=rules.allow_private_addresses)
    headers = signed_headers(attempt.secret, attempt.delivery_id, attempt.body, now)
    post(target, attempt.body, headers, rules.timeout_seconds)
