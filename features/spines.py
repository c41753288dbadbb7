"""Which rows to compute: the spines (entity_id, as_of) of history and of now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import ibis
import pyarrow as pa

from configs.settings import Settings
from features import channel_features, landmarks, rfm_tiers
from features.asof import Table
from features.definitions import CUSTOMER_VIEW, LEAD_VIEW
from features.moments import micro, start_of_day
from features.session import Session
from features.shape import FeatureShape


def current_spine(
    view: str, session: Session, shape: FeatureShape, as_of: datetime, ids: Sequence[str] | None
) -> Table:
    """What is open or active at as_of, or those of it in `ids`."""
    if view == LEAD_VIEW:
        spine = landmarks.open_leads(session.tables, shape, as_of)
    elif view == CUSTOMER_VIEW:
        spine = active_customers(session, shape, [as_of])
    else:
        every = channel_spine(session, shape, as_of)
        spine = every.filter(every.as_of == start_of_day(as_of))
    return spine if ids is None else spine.filter(spine.entity_id.isin(list(ids)))


def asked_spine(view: str, session: Session, shape: FeatureShape, asked: Table, moment: Table) -> Table:
    """The leads or customers of `asked` (entity_id) that are open or active at `moment` (as_of, one row)."""
    if view == LEAD_VIEW:
        spine = landmarks.open_leads(session.tables, shape, moment.as_of.as_scalar())
    else:
        spine = _active_customers(session, shape, moment)
    return spine.semi_join(asked, "entity_id")


def lead_spine(session: Session, settings: Settings, shape: FeatureShape, as_of: datetime) -> Table:
    """All landmarks of all leads."""
    ages = settings.features.landmark_age_days
    return landmarks.lead_landmarks(session.tables, shape, ages, as_of, session.bench.hold, session.bench.arrow)


def customer_spine(session: Session, settings: Settings, shape: FeatureShape, as_of: datetime) -> Table:
    """All snapshots at which a customer was active."""
    span = landmarks.purchase_span(session.tables, as_of, session.bench.arrow)
    days = landmarks.snapshots(span[0], as_of, settings.features.customer_snapshot_day) if span else []
    return active_customers(session, shape, days)


def active_customers(session: Session, shape: FeatureShape, moments: Iterable[datetime]) -> Table:
    """(entity_id, as_of) of the customers with a purchase within the window before each moment."""
    asked = session.bench.take("snapshots", pa.table({"as_of": pa.array(list(moments), pa.timestamp("us"))}))
    return _active_customers(session, shape, asked)


def channel_spine(session: Session, shape: FeatureShape, as_of: datetime) -> Table:
    """Each channel on each day after something happened, and all of them at the start of as_of's day."""
    session.prepare(LEAD_VIEW, session.tables["leads"], shape)
    days = channel_features.every_channel_day(session.tables)
    start = start_of_day(as_of)
    today = days.select("entity_id", as_of=micro(ibis.literal(start)))
    return days.filter(days.as_of <= start).union(today).distinct()


def _active_customers(session: Session, shape: FeatureShape, moments: Table) -> Table:
    figures = rfm_tiers.active_figures(session.tables, moments, shape, session.bench.hold)
    return figures.select("entity_id", "as_of")
