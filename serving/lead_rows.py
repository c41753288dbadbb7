"""From leads given in full to the canonical rows that the feature expressions read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from serving.schemas import LeadRow


def canonical_rows(leads: Sequence[LeadRow], as_of: datetime, zone: str) -> list[dict[str, Any]]:
    """Canonical columns: moments in UTC, money in integer cents, `attributes` as given.

    A lead that names no `created_at` is one that arrives now.
    """
    return [_canonical(lead, as_of, zone) for lead in leads]


def _canonical(lead: LeadRow, as_of: datetime, zone: str) -> dict[str, Any]:
    row = lead.model_dump(exclude={"created_at", "expected_amount", "budget"})
    return {
        **row,
        "created_at": _in_utc(lead.created_at, zone) if lead.created_at else as_of,
        "expected_amount_cents": _cents(lead.expected_amount),
        "budget_cents": _cents(lead.budget),
    }


def _in_utc(moment: datetime, zone: str) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _cents(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * 100)
