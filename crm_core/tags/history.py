"""Tags as they stand, with what to say, and how a customer came by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select

from configs.sections import Bounds, Tags
from crm_core.database import read_transaction
from crm_core.standing import Resolve, is_merged_away, merges_or, standing_rows
from crm_core.tables import CustomerTag
from crm_core.tags.rule import in_words


@dataclass(frozen=True)
class TagChange:
    """From `since` on the customer has the tag, or (not `is_held`) has it no longer.

    conditions: as they were; `rule`: the same as one line; figures: what they were held against, and the last
    categories, the average order value and the discounted share. Names and talk tracks are today's; None for a tag that
    was removed.
    """

    customer_id: str
    tag: str
    since: datetime
    is_held: bool
    rule_version: str
    rule: str
    conditions: dict[str, Bounds]
    figures: dict[str, Any]
    name: dict[str, str] | None
    talk_track: dict[str, str] | None


def tags_at(engine: Engine, rules: Tags, as_of: datetime, resolve: Resolve | None = None) -> list[TagChange]:
    """The tags held at as_of, by customer and tag; without customers that were merged into another."""
    with read_transaction(engine) as connection:
        rows = standing_rows(connection, CustomerTag.__table__, as_of)  # type: ignore[arg-type]
        resolve = merges_or(resolve, connection, as_of)
    return [_change(row, rules) for row in rows if row.is_held and not is_merged_away(row.customer_id, resolve)]


def tag_history(engine: Engine, rules: Tags, customer_id: str, as_of: datetime) -> list[TagChange]:
    """Every tag that came or went up to as_of, oldest first."""
    table = CustomerTag.__table__
    mine = select(table).where(table.c.customer_id == customer_id, table.c.since <= as_of)
    with read_transaction(engine) as connection:
        return [_change(row, rules) for row in connection.execute(mine.order_by(table.c.since, table.c.tag))]


def _change(row: Any, rules: Tags) -> TagChange:
    tag = rules.tags.get(row.tag)
    stored = dict(row._mapping)
    conditions = {name: Bounds(**bounds) for name, bounds in row.rule.items()}
    stored |= {"rule": in_words(conditions), "conditions": conditions}
    name = {"en": tag.en, "zh": tag.zh} if tag else None
    return TagChange(**stored, name=name, talk_track=tag.talk_track.model_dump() if tag else None)
