"""The facts of commission as they were known at a moment: orders, payments, visits and what was agreed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import ColumnElement, Connection, select

from configs.settings import Settings
from crm_core.commission.facts import Facts, MentorFact, OrderFact, PaymentFact
from crm_core.funnel.versions import rows_as_of, rows_of_as_of
from crm_core.golden_record.aliases import golden_ids
from crm_core.tables import DealShare, Mentorship, RowHistory

_ORDER = ["customer_id", "ordered_at", "amount_cents", "rep_id"]
_PAYMENT = ["order_id", "amount_cents", "paid_at", "status"]
_CHUNK = 10_000  # values in one IN list: SQLite takes 32,766, PostgreSQL 65,535


def read_facts(connection: Connection, settings: Settings, as_of: datetime, rep_id: str | None = None) -> Facts:
    """All that is known at as_of; with `rep_id` only what that rep's receipts and visits are functions of.

    The customers of merged records count as one. The bundle names no currency of an order: it is `intake.currency`.
    Payments are read first, so that an import between two statements never shows a payment without its order.

    Raises
    ------
    DatabaseError: the database cannot be read.
    """
    golden, shares = golden_ids(connection, as_of), read_shares(connection, as_of)
    if rep_id is None:
        payments = rows_as_of(connection, "payments", as_of, _PAYMENT)
        orders = rows_as_of(connection, "orders", as_of, _ORDER)
    else:
        orders = _orders_around(connection, as_of, rep_id, golden, shares)
        payments = _rows_of(connection, "payments", as_of, _PAYMENT, ("order_id", orders["order_id"].tolist()))
    zone = ZoneInfo(settings.intake.timezone)
    return Facts(
        orders=_orders(connection, orders, as_of, golden, settings.intake.currency),
        payments=_payments(connection, payments, as_of),
        zone=zone,
        shares=shares,
        mentors=read_mentors(connection, as_of),
        visits=_visits(connection, settings, as_of, zone, rep_id),
    )


def read_shares(connection: Connection, as_of: datetime) -> dict[str, dict[str, int]]:
    """Order -> rep -> basis points, by the last statement on the order up to as_of."""
    table = DealShare.__table__
    known = select(table).where(table.c.recorded_at <= as_of).order_by(table.c.order_id, table.c.recorded_at)
    said: dict[str, tuple[datetime, dict[str, int]]] = {}
    for row in connection.execute(known):
        if row.order_id not in said or said[row.order_id][0] != row.recorded_at:
            said[row.order_id] = (row.recorded_at, {})
        said[row.order_id][1][row.rep_id] = row.share_bp
    return {order_id: shares for order_id, (_, shares) in said.items()}


def read_mentors(connection: Connection, as_of: datetime) -> dict[str, list[MentorFact]]:
    """Rep -> the statements on its mentors up to as_of."""
    table = Mentorship.__table__
    found: defaultdict[str, list[MentorFact]] = defaultdict(list)
    for row in connection.execute(select(table).where(table.c.recorded_at <= as_of)).mappings():
        found[row["rep_id"]].append(MentorFact(**row))
    return dict(found)


def _orders_around(
    connection: Connection,
    as_of: datetime,
    rep_id: str,
    golden: Mapping[str, str],
    shares: Mapping[str, Mapping[str, int]],
) -> pd.DataFrame:
    """All orders of the customers that the rep has an order of, or a share in one."""
    own = _rows_of(connection, "orders", as_of, ["customer_id"], ("rep_id", [rep_id]))
    shared_ids = sorted(order_id for order_id, parts in shares.items() if rep_id in parts)
    shared = _rows_of(connection, "orders", as_of, ["customer_id"], ("order_id", shared_ids))
    roots = {golden.get(one, one) for one in [*own["customer_id"], *shared["customer_id"]]}
    customers = roots | {one for one, root in golden.items() if root in roots}
    return _rows_of(connection, "orders", as_of, _ORDER, ("customer_id", sorted(customers)))


def _rows_of(
    connection: Connection, table: str, as_of: datetime, columns: Sequence[str], of: tuple[str, Sequence[str]]
) -> pd.DataFrame:
    """As `rows_of_as_of`, for any number of values."""
    column, values = of
    starts = range(0, max(len(values), 1), _CHUNK)
    parts = [
        rows_of_as_of(connection, table, as_of, columns, (column, values[start : start + _CHUNK])) for start in starts
    ]
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


def _orders(
    connection: Connection, rows: pd.DataFrame, as_of: datetime, golden: Mapping[str, str], currency: str
) -> dict[str, OrderFact]:
    were_positive = _once(connection, "orders", as_of, RowHistory.row["amount_cents"].as_integer() > 0)
    names = ["order_id", "customer_id", "amount_cents", "rep_id"]
    lists = [rows[name].tolist() for name in names]
    return {
        order_id: OrderFact(
            order_id, golden.get(customer, customer), at, int(cents), rep, currency, order_id in were_positive
        )
        for order_id, customer, cents, rep, at in zip(*lists, _moments(rows["ordered_at"]), strict=True)
    }


def _payments(connection: Connection, rows: pd.DataFrame, as_of: datetime) -> list[PaymentFact]:
    were_confirmed = _once(connection, "payments", as_of, RowHistory.row["status"].as_string() == "confirmed")
    lists = [rows[name].tolist() for name in ("payment_id", "order_id", "amount_cents", "status")]
    return [
        PaymentFact(payment_id, order_id, int(cents), at, status == "confirmed", payment_id in were_confirmed)
        for payment_id, order_id, cents, status, at in zip(*lists, _moments(rows["paid_at"]), strict=True)
    ]


def _once(connection: Connection, table: str, as_of: datetime, condition: ColumnElement[bool]) -> set[str]:
    """Keys of the rows that were so in a superseded version that was known at as_of."""
    mine = (RowHistory.table_name == table, RowHistory.recorded_at <= as_of, condition)
    return set(connection.scalars(select(RowHistory.row_key).where(*mine).distinct()))


def _visits(
    connection: Connection, settings: Settings, as_of: datetime, zone: ZoneInfo, rep_id: str | None
) -> dict[tuple[str, str, str], int]:
    """(rep, month, kind) -> visits that are told to have been effective; one of which nothing is told pays nothing."""
    kinds = {kind for plan in settings.commission.plans for kind in plan.kpi.visit_kinds}
    columns = ["kind", "rep_id", "is_effective", "occurred_at"]
    told = ("kind", sorted(kinds)) if rep_id is None else ("rep_id", [rep_id])
    rows = _rows_of(connection, "activities", as_of, columns, told)
    is_counted = rows["kind"].isin(kinds) & rows["rep_id"].notna() & rows["is_effective"].eq(True)
    counted = rows[is_counted]
    months = (moment.astimezone(zone).strftime("%Y-%m") for moment in _moments(counted["occurred_at"]))
    return dict(Counter(zip(counted["rep_id"], months, counted["kind"], strict=True)))


def _moments(naive: pd.Series[Any]) -> Iterable[datetime]:
    """Aware moments of datetime64 in UTC without zone."""
    return (moment.to_pydatetime() for moment in naive.dt.tz_localize("UTC"))
