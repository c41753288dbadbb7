"""Ownership in the SQL: what is another's is not found, so that nobody learns that it exists.

A lead is its rep's. A customer is the rep's of any of its leads or orders. Both as the newest rows say.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, exists, false, or_, select, true, union

from crm_core.access.scope import Scope
from crm_core.database import read_transaction
from crm_core.receipts import Receipt
from crm_core.tables import Customer, Lead, Order, Prediction, Rep


def is_of(scope: Scope, rep_id: Any) -> ColumnElement[bool]:
    """Whether the column `rep_id` names a rep of the scope."""
    if scope.is_everybody:
        return true()
    mine = rep_id == scope.rep_id if scope.rep_id is not None else false()
    of_teams = rep_id.in_(select(Rep.rep_id).where(Rep.team.in_(scope.teams))) if scope.teams else false()
    return or_(mine, of_teams)


def owned_leads(scope: Scope) -> Any:
    """Query of the lead_ids of the scope."""
    return select(Lead.lead_id).where(is_of(scope, Lead.rep_id))


def owned_customers(scope: Scope) -> Any:
    """Query of the customer_ids of the scope."""
    by_lead = exists().where(Lead.customer_id == Customer.customer_id, is_of(scope, Lead.rep_id))
    by_order = exists().where(Order.customer_id == Customer.customer_id, is_of(scope, Order.rep_id))
    return select(Customer.customer_id).where(or_(by_lead, by_order))


def all_owned_customers(scope: Scope) -> Any:
    """The same for lists: one pass over leads and orders, where `owned_customers` looks up each customer's."""
    by_lead = select(Lead.customer_id).where(Lead.customer_id.is_not(None), is_of(scope, Lead.rep_id))
    by_order = select(Order.customer_id).where(is_of(scope, Order.rep_id))
    return select(Customer.customer_id).where(Customer.customer_id.in_(union(by_lead, by_order)))


class Ownership:
    """Answers of one database. With an unlimited scope nothing is asked that need not be."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def receipt(self, prediction_id: str, scope: Scope) -> Receipt | None:
        """The receipt of this id; None where there is none, or only one about another's lead or customer."""
        table = Prediction.__table__
        query = select(table).where(table.c.prediction_id == prediction_id)
        if not scope.is_everybody:
            of_lead = and_(table.c.entity == "lead", table.c.entity_id.in_(owned_leads(scope)))
            of_customer = and_(table.c.entity == "customer", table.c.entity_id.in_(owned_customers(scope)))
            query = query.where(or_(of_lead, of_customer))
        with read_transaction(self._engine) as connection:
            row = connection.execute(query).mappings().first()
        return Receipt(**row) if row else None

    def sees(self, scope: Scope, entity: str, entity_id: str) -> bool:
        """Whether a lead or customer is of the scope."""
        owned = owned_leads(scope) if entity == "lead" else owned_customers(scope)
        column = Lead.lead_id if entity == "lead" else Customer.customer_id
        return scope.is_everybody or self._finds(owned.where(column == entity_id))

    def sees_rep(self, scope: Scope, rep_id: str) -> bool:
        """Whether a rep is of the scope."""
        if scope.is_everybody or scope.rep_id == rep_id:
            return True
        return self._finds(select(Rep.rep_id).where(Rep.rep_id == rep_id, is_of(scope, Rep.rep_id)))

    def _finds(self, query: Any) -> bool:
        with read_transaction(self._engine) as connection:
            return connection.execute(query).first() is not None
