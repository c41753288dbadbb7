"""The API in both directions: events in (idempotent), a change feed and webhooks out.

To tell other systems of a change: `publish(connection, "tier", "customer", customer_id, {"tier": "growth"}, at)`, on
the connection that stores the change, so that both are stored or neither; kinds: score, tier, tag, credit_hold.
"""

from __future__ import annotations

from crm_core.exchange.feed import KINDS, Change, publish, publish_all, read_changes
from crm_core.exchange.receive import Received, receive_events
from crm_core.exchange.score_changes import publish_credit_holds, publish_scores
from crm_core.exchange.touched import Touched, touched_by

__all__ = [
    "KINDS",
    "Change",
    "Received",
    "Touched",
    "publish",
    "publish_all",
    "publish_credit_holds",
    "publish_scores",
    "read_changes",
    "receive_events",
    "touched_by",
]
