"""Ownership in the SQL: a rep sees its own, a manager the team's, and what is another's is as if it were not."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select

from crm_core.access import EVERYBODYS, Ownership, Scope, scope_of
from crm_core.access.ownership import all_owned_customers, owned_customers, owned_leads
from crm_core.database import read_transaction
from crm_core.exchange.open_leads import open_leads
from crm_core.receipts import Receipt, write_receipts
from tests.crm_core.conftest import LATER, NOW, Load

REP, TEAM, NOBODY = Scope("r1"), Scope(teams=("north",)), Scope()


@pytest.fixture
def owned(load: Load, engine: Engine) -> Ownership:
    """r1 and r2 of team north, r3 of south; L1 of r1, L2 of r2, L3 of r3, L4 of nobody."""
    load(
        reps="rep_id,name,team\nr1,a,north\nr2,b,north\nr3,c,south\n",
        customers="customer_id,name\nC1,a\nC2,b\nC3,c\nC4,d\n",
        leads="lead_id,created_at,customer_id,rep_id\n"
        "L1,2024-01-01,C1,r1\nL2,2024-01-01,C2,r2\nL3,2024-01-01,C3,r3\nL4,2024-01-01,C4,\n",
        orders="order_id,customer_id,ordered_at,amount,rep_id\nO1,C3,2024-02-01,1,r1\n",
    )
    write_receipts(engine, [receipt("lead", f"L{n}") for n in (1, 2, 3, 4)])
    write_receipts(engine, [receipt("customer", f"C{n}") for n in (1, 2, 3, 4)])
    return Ownership(engine)


def receipt(entity: str, entity_id: str) -> Receipt:
    return Receipt(f"p-{entity_id}", entity, entity_id, "win", "1", {}, {}, [], None, NOW, LATER)  # type: ignore[arg-type]


ROWS = [
    (REP, {"L1"}, {"C1", "C3"}),  # C3 by its order
    (TEAM, {"L1", "L2"}, {"C1", "C2", "C3"}),
    (NOBODY, set(), set()),
    (scope_of("rep", None, ()), set(), set()),
    (scope_of("manager", None, ()), set(), set()),
    (EVERYBODYS, {"L1", "L2", "L3", "L4"}, {"C1", "C2", "C3", "C4"}),
]


@pytest.mark.parametrize(("scope", "leads", "customers"), ROWS)
def test_a_scope_owns_its_leads_and_customers(
    owned: Ownership, engine: Engine, scope: Scope, leads: set[str], customers: set[str]
) -> None:
    with read_transaction(engine) as connection:
        assert set(connection.execute(owned_leads(scope)).scalars()) == leads
        found = connection.execute(owned_customers(scope)).scalars().all()
        assert sorted(connection.execute(all_owned_customers(scope)).scalars()) == sorted(found)
    assert set(found) | (customers if scope.is_everybody else set()) == customers
    for number in "1234":
        assert owned.sees(scope, "lead", f"L{number}") == (f"L{number}" in leads)
        assert owned.sees(scope, "customer", f"C{number}") == (f"C{number}" in customers)


@pytest.mark.parametrize(("scope", "leads", "customers"), ROWS)
def test_a_receipt_is_found_by_its_owner_only(
    owned: Ownership, scope: Scope, leads: set[str], customers: set[str]
) -> None:
    for entity_id in ("L1", "L2", "L3", "L4", "C1", "C2", "C3", "C4"):
        found = owned.receipt(f"p-{entity_id}", scope)
        assert (found.entity_id if found else None) == (entity_id if entity_id in leads | customers else None)
    assert owned.receipt("p-unknown", scope) is None


@pytest.mark.parametrize(("scope", "leads", "_customers"), ROWS)
def test_open_leads_are_those_of_the_scope(
    owned: Ownership, engine: Engine, scope: Scope, leads: set[str], _customers: set[str]
) -> None:
    assert {lead.lead_id for lead in open_leads(engine, ["won"], LATER, None, scope)} == leads
    of_r2 = {lead.lead_id for lead in open_leads(engine, ["won"], LATER, "r2", scope)}
    assert of_r2 == leads & {"L2"}
    assert owned is not None


def test_a_rep_sees_itself_and_a_manager_the_team(owned: Ownership) -> None:
    assert [owned.sees_rep(REP, rep) for rep in ("r1", "r2", "r3", "r9")] == [True, False, False, False]
    assert [owned.sees_rep(TEAM, rep) for rep in ("r1", "r2", "r3", "r9")] == [True, True, False, False]
    assert owned.sees_rep(EVERYBODYS, "r9")


def test_a_lead_that_changes_hands_changes_owner(owned: Ownership, load: Load) -> None:
    load(now=LATER, leads="lead_id,created_at,customer_id,rep_id\nL1,2024-01-01,C1,r3\n")
    assert not owned.sees(REP, "lead", "L1")
    assert owned.receipt("p-L1", REP) is None
    assert not owned.sees(REP, "customer", "C1")


def test_values_of_a_scope_are_never_read_as_sql(owned: Ownership, engine: Engine) -> None:
    for scope in (Scope("r1' OR '1'='1"), Scope(teams=("north') OR ('1'='1",)), Scope("%")):
        assert not owned.sees(scope, "lead", "L1")
    with read_transaction(engine) as connection:
        assert connection.execute(select(1)).scalar() == 1
