"""Customers as far as a caller's scope goes: lists with search, and the last scores told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, or_, select

from crm_core.access.ownership import all_owned_customers
from crm_core.access.scope import Scope
from crm_core.database import read_transaction
from crm_core.tables import Customer, FeedChange

FEED = FeedChange.__table__
_CHUNK = 500


@dataclass(frozen=True)
class CustomerName:
    """A customer as lists show one."""

    customer_id: str
    name: str
    industry: str | None
    region: str | None


def find_customers(
    engine: Engine, scope: Scope, search: str, limit: int, offset: int
) -> tuple[list[CustomerName], int]:
    """Customers of the scope whose name or id holds the search, by name; and how many there are in all."""
    is_all = scope.is_everybody
    mine = Customer.name.is_not(None) if is_all else Customer.customer_id.in_(all_owned_customers(scope))
    found = or_(
        Customer.name.icontains(search, autoescape=True), Customer.customer_id.icontains(search, autoescape=True)
    )
    where = (mine, found) if search else (mine,)
    columns = (Customer.customer_id, Customer.name, Customer.industry, Customer.region)
    query = select(*columns).where(*where).order_by(Customer.name, Customer.customer_id).limit(limit).offset(offset)
    # All in one: whose a customer is takes a pass over leads and orders each time it is asked.
    counted = query.add_columns(func.count().over())
    with read_transaction(engine) as connection:
        rows = connection.execute(query if is_all else counted).all()
        if rows and not is_all:
            return [CustomerName(*row[:-1]) for row in rows], int(rows[0][-1])
        total = int(connection.execute(select(func.count()).select_from(Customer).where(*where)).scalar() or 0)
        return [CustomerName(*row) for row in rows], total


def own_customers(engine: Engine, scope: Scope) -> frozenset[str] | None:
    """Ids of the scope's customers; None for everybody's, which need no list."""
    if scope.is_everybody:
        return None
    with read_transaction(engine) as connection:
        return frozenset(connection.execute(all_owned_customers(scope)).scalars())


def customer_names(engine: Engine, customer_ids: Sequence[str]) -> dict[str, str]:
    """Name of each of these customers."""
    found: dict[str, str] = {}
    with read_transaction(engine) as connection:
        for start in range(0, len(customer_ids), _CHUNK):
            these = Customer.customer_id.in_(customer_ids[start : start + _CHUNK])
            rows = connection.execute(select(Customer.customer_id, Customer.name).where(these))
            found.update((row.customer_id, row.name) for row in rows)
    return found


def customer_scores(engine: Engine, until: datetime, customer_id: str | None = None) -> dict[str, Mapping[str, Any]]:
    """The last score told of each customer (or of one), with `at`: churn_probability, rfm_tier, p_up, p_stay, p_down,
    value_at_risk.
    """
    of_these = [FEED.c.kind == "score", FEED.c.entity == "customer", FEED.c.at <= until]
    if customer_id is not None:
        of_these.append(FEED.c.entity_id == customer_id)
    newest = select(func.max(FEED.c.seq)).where(*of_these).group_by(FEED.c.entity_id)
    query = select(FEED.c.entity_id, FEED.c.body, FEED.c.at).where(FEED.c.seq.in_(newest))
    with read_transaction(engine) as connection:
        return {row.entity_id: {**row.body, "at": row.at} for row in connection.execute(query)}
