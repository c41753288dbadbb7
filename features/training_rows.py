"""The rows a model learns from: mature landmarks with their labels, and why others were left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import ibis
import pyarrow as pa

from configs.settings import Settings
from features import labels, landmarks, rfm_tiers, spines
from features.asof import Table
from features.errors import NothingToLearnError
from features.moments import micro
from features.session import Session
from features.shape import FeatureShape


@dataclass(frozen=True)
class TrainingRows:
    """`labels`: see features/labels.py; `excluded`: landmarks left out, by reason."""

    labels: pa.Table
    horizon_days: int
    excluded: dict[str, int]


def training_rows(
    model: str, session: Session, settings: Settings, shape: FeatureShape, as_of: datetime
) -> TrainingRows:
    """Rows for one model.

    Raises
    ------
    NothingToLearnError: there is none; the message says what is missing.
    """
    if model == "win":
        return _win_rows(session, settings, shape, as_of)
    rules = settings.training.churn if model == "churn" else settings.training.rfm
    return _customer_rows(model, session, settings, shape, as_of, rules.horizon_days)


def _win_rows(session: Session, settings: Settings, shape: FeatureShape, as_of: datetime) -> TrainingRows:
    _refuse_without_leads(session, as_of)
    _refuse_without_outcomes(session, shape, as_of)
    bench = session.bench
    spine = bench.keep("training_spine", spines.lead_spine(session, settings, shape, as_of))
    horizon = labels.win_horizon_days(session.tables, shape, settings, as_of, bench.arrow)
    rows = _arrow(session, labels.win_labels(session.tables, spine, shape, horizon, as_of, bench.hold))
    bench.release()
    return _checked(rows, horizon, session.bench.count(spine), as_of)


def _customer_rows(
    model: str, session: Session, settings: Settings, shape: FeatureShape, as_of: datetime, horizon: int
) -> TrainingRows:
    _refuse_without_orders(session, as_of)
    bench = session.bench
    spine = bench.keep("training_spine", spines.customer_spine(session, settings, shape, as_of))
    if model == "churn":
        expression = labels.churn_labels(session.tables, spine, horizon, as_of)
    else:
        expression = labels.rfm_labels(spine, _tiers(session, spine, shape, horizon, as_of), horizon, as_of)
    rows = _arrow(session, expression)
    bench.release()
    return _checked(rows, horizon, session.bench.count(spine), as_of)


def _tiers(session: Session, spine: Table, shape: FeatureShape, horizon: int, as_of: datetime) -> Table:
    """Tiers of all active customers at every mature snapshot and one horizon later."""
    starts = spine.filter(spine.as_of <= as_of - timedelta(days=horizon)).select(as_of=micro(spine.as_of)).distinct()
    later = starts.select(as_of=micro(starts.as_of + ibis.interval(days=horizon)))
    moments = session.bench.hold(starts.union(later).distinct())
    figures = session.bench.hold(rfm_tiers.active_figures(session.tables, moments, shape, session.bench.hold))
    means = rfm_tiers.mean_money(figures, shape)
    return session.bench.hold(rfm_tiers.with_tiers(figures, means, shape))


def _arrow(session: Session, expression: Table) -> pa.Table:
    return session.bench.arrow(expression.order_by(["as_of", "entity_id"]))


def _checked(rows: pa.Table, horizon: int, candidates: int, as_of: datetime) -> TrainingRows:
    if not rows.num_rows:
        raise NothingToLearnError(
            f"A training row must be at least {horizon} days old at as_of, so that its outcome is known, but of "
            f"{candidates} rows up to {as_of:%Y-%m-%d %H:%M} none is."
        )
    return TrainingRows(rows, horizon, {"immature": candidates - rows.num_rows})


def _refuse_without_leads(session: Session, as_of: datetime) -> None:
    leads = session.tables["leads"]
    first = _first_seen(session, leads)
    if first is None:
        raise NothingToLearnError("The data must hold leads to learn from, but there is none.")
    if first > as_of:
        raise NothingToLearnError(
            f"as_of must not lie before the first lead ({first:%Y-%m-%d %H:%M} UTC), but got {as_of:%Y-%m-%d %H:%M}."
        )


def _refuse_without_outcomes(session: Session, shape: FeatureShape, as_of: datetime) -> None:
    events = landmarks.current(session.tables["stage_events"], as_of)
    until = f"by {as_of:%Y-%m-%d %H:%M}"
    if not session.bench.count(events.filter(events.stage.isin(list(shape.terminal_stages)))):
        stages = ", ".join(shape.terminal_stages)
        raise NothingToLearnError(f"Some leads must have an outcome ({stages}) {until}, but none has.")
    if not session.bench.count(events.filter(events.stage.isin(list(shape.won_stages)))):
        stages = ", ".join(shape.won_stages)
        raise NothingToLearnError(f"Some leads must be won ({stages}) {until}, but all that are closed were lost.")


def _refuse_without_orders(session: Session, as_of: datetime) -> None:
    orders = session.tables["orders"]
    first = _first_seen(session, orders.filter(orders.amount_cents > 0))
    if first is None:
        raise NothingToLearnError("The data must hold orders to learn from, but there is none.")
    if first > as_of:
        raise NothingToLearnError(
            f"as_of must not lie before the first order ({first:%Y-%m-%d %H:%M} UTC), but got {as_of:%Y-%m-%d %H:%M}."
        )


def _first_seen(session: Session, rows: Table) -> datetime | None:
    found: datetime | None = session.bench.arrow(rows.aggregate(first=rows.visible_from.min()))["first"][0].as_py()
    return found
