"""Whom to get in touch with, by the service plan of the tier (mission R2) and by which means (D3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Engine

from configs.sections import TierService
from configs.settings import Settings
from crm_core.consent import ContactMeans, contact_means, customer_consents
from crm_core.contacts import customer_contacts
from crm_core.database import read_transaction
from crm_core.rfm.history import TierMove, tiers_at
from crm_core.rfm.rule import TIERS
from crm_core.standing import Resolve


@dataclass(frozen=True)
class DueContact:
    """A customer to get in touch with. `due_on`: date in the configured zone; `late_days`: days since, 0 on the day.

    `means`: how it may be done; with no means left it may not.
    """

    customer_id: str
    tier: str
    last_contact_at: datetime | None
    due_on: date
    late_days: int
    means: ContactMeans


def due_on(service: TierService, last_contact_on: date | None, tier_since_on: date) -> date:
    """The day of the next contact: so many days after the last, or the first batch day after it.

    A customer without any contact is due on the day it got its tier, or on the first batch day from then on.

    >>> weekly = TierService(contact_every_days=7, points_factor=1, entitlements=[])
    >>> due_on(weekly, date(2024, 3, 1), date(2024, 1, 1))
    datetime.date(2024, 3, 8)
    """
    if service.batch_day is not None:
        start = tier_since_on if last_contact_on is None else last_contact_on + timedelta(days=1)
        return _batch_on(start, service.batch_day)
    if last_contact_on is None:
        return tier_since_on
    return last_contact_on + timedelta(days=service.contact_every_days or 0)


def due_contacts(
    engine: Engine, settings: Settings, as_of: datetime, resolve: Resolve | None = None
) -> list[DueContact]:
    """Everybody due by as_of's day, highest tier first, then the longest overdue. Tiers are those of the last `retier`.

    Who has refused every means comes last: due, but not to be contacted.

    Raises
    ------
    DatabaseError: the database cannot be read.
    """
    with read_transaction(engine) as connection:
        touches = customer_contacts(connection, as_of, resolve)
    last, told = _last_contacts(touches, settings), customer_consents(touches, settings.service_plan.consent)
    found = [
        _due(move, last.get(move.customer_id), told.get(move.customer_id, {}), settings, as_of)
        for move in tiers_at(engine, as_of, resolve)
    ]
    due = [one for one in found if one.late_days >= 0]
    return sorted(due, key=lambda one: (not one.means.proposed, -TIERS.index(one.tier), one.due_on, one.customer_id))


def _last_contacts(touches: pd.DataFrame, settings: Settings) -> dict[str, datetime]:
    """Customer -> its last contact, aware. What came to nothing, or the customer did alone, is none."""
    is_effective = touches["is_effective"].map(lambda told: told is None or bool(told)).astype(bool)
    counted = touches[is_effective & ~touches["kind"].isin(settings.service_plan.uncounted_kinds)]
    last = counted.groupby("customer_id")["occurred_at"].max().dt.tz_localize("UTC")
    return {str(customer_id): moment.to_pydatetime() for customer_id, moment in last.items()}


def _due(
    move: TierMove, last: datetime | None, told: Mapping[str, bool], settings: Settings, as_of: datetime
) -> DueContact:
    zone = ZoneInfo(settings.intake.timezone)
    service: TierService = getattr(settings.service_plan, move.tier)
    day = due_on(service, last.astimezone(zone).date() if last else None, move.since.astimezone(zone).date())
    late_days = (as_of.astimezone(zone).date() - day).days
    means = contact_means(told, settings.service_plan.consent)
    return DueContact(move.customer_id, move.tier, last, day, late_days, means)


def _batch_on(start: date, batch_day: int) -> date:
    """The first batch day on or after `start`."""
    if start.day <= batch_day:
        return start.replace(day=batch_day)
    return (start.replace(day=1) + timedelta(days=32)).replace(day=batch_day)
