"""Give and take tags as of a moment, and keep each change with its rule and figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine

from configs.sections import Tags
from configs.settings import Settings
from crm_core.contacts import customer_contacts
from crm_core.database import read_transaction, write_transaction
from crm_core.funnel.versions import rows_as_of
from crm_core.standing import Resolve, merges_or, put_right, resolved, standing_rows
from crm_core.tables import CustomerTag
from crm_core.tags.figures import tag_figures
from crm_core.tags.rule import meets, tag_rule_version

ALWAYS_SHOWN = ("last_categories", "average_order_cents", "discounted_share")  # beside the figures of the conditions
DIGITS = 6


@dataclass(frozen=True)
class Retagging:
    """Outcome of a run; the same for a repeated one. `held`: tag -> customers with it; given and taken: changes."""

    as_of: datetime
    customers: int
    held: dict[str, int]
    given: int
    taken: int


def retag(engine: Engine, settings: Settings, as_of: datetime, resolve: Resolve | None = None) -> Retagging:
    """Compute every tag of every customer from what was known at as_of, and record what changed.

    `resolve`: id of a merged customer -> golden id, under which both count as one; by default the merges live at as_of.
    A tag of an id that was merged away is taken. So is one that the configuration no longer has.

    Raises
    ------
    DatabaseError: the database cannot be read or written; nothing is stored.
    """
    rules = settings.tags
    with read_transaction(engine) as connection:
        figures = customer_tag_figures(connection, rules, as_of, resolve)
    held = {tag: figures[meets(figures, rule)] for tag, rule in rules.tags.items()}
    now = {(customer_id, tag) for tag, rows in held.items() for customer_id in rows.index}
    with write_transaction(engine) as connection:
        standing = standing_rows(connection, CustomerTag.__table__, as_of, is_before=True)  # type: ignore[arg-type]
        before = {(row.customer_id, row.tag): row for row in standing if row.is_held}
        given = [row for tag, rows in held.items() for row in _given(tag, rows, rules, as_of, before)]
        taken = [_taken(row, figures, rules, as_of) for key, row in before.items() if key not in now]
        put_right(connection, CustomerTag.__table__, as_of, given + taken)  # type: ignore[arg-type]
    return Retagging(as_of, len(figures), {tag: len(rows) for tag, rows in held.items()}, len(given), len(taken))


def customer_tag_figures(
    connection: Connection, rules: Tags, as_of: datetime, resolve: Resolve | None = None
) -> pd.DataFrame:
    """`tag_figures` of what was known at as_of."""
    resolve = merges_or(resolve, connection, as_of)
    columns = ["customer_id", "ordered_at", "amount_cents", "category", "discount_rate"]
    orders = rows_as_of(connection, "orders", as_of, columns)
    bought = orders.assign(customer_id=resolved(orders["customer_id"], resolve))
    return tag_figures(bought, customer_contacts(connection, as_of, resolve), as_of, rules)


def _given(
    tag: str, held: pd.DataFrame, rules: Tags, as_of: datetime, before: dict[tuple[str, str], Any]
) -> list[dict[str, Any]]:
    conditions = rules.tags[tag].conditions
    new = held.loc[[customer_id for customer_id in held.index if (customer_id, tag) not in before]]
    shared = {
        "tag": tag, "since": as_of, "is_held": True, "rule_version": tag_rule_version(tag, rules),
        "rule": {name: bounds.model_dump() for name, bounds in conditions.items()},
    }  # fmt: skip
    shown = new[list(dict.fromkeys([*conditions, *ALWAYS_SHOWN]))].to_dict("index")
    return [{"customer_id": customer_id, "figures": _plain(row), **shared} for customer_id, row in shown.items()]


def _taken(row: Any, figures: pd.DataFrame, rules: Tags, as_of: datetime) -> dict[str, Any]:
    """The end of a tag: under the rule of now, with the figures that no longer meet it."""
    is_ruled = row.tag in rules.tags
    conditions = rules.tags[row.tag].conditions if is_ruled else {}
    is_there = row.customer_id in figures.index
    shown = figures.loc[row.customer_id, list(conditions)].to_dict() if is_there else {}
    return {
        "customer_id": row.customer_id, "tag": row.tag, "since": as_of, "is_held": False,
        "rule_version": tag_rule_version(row.tag, rules) if is_ruled else "removed",
        "rule": {name: bounds.model_dump() for name, bounds in conditions.items()}, "figures": _plain(shown),
    }  # fmt: skip


def _plain(figures: dict[Any, Any]) -> dict[str, Any]:
    """As JSON has it: unknown figures are null, others rounded."""
    return {str(name): _plain_value(value) for name, value in figures.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, list):
        return value
    return None if pd.isna(value) else round(float(value), DIGITS)
