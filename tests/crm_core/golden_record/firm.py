"""One firm entered as a and b, a look-alike c, a stranger d; and everything that refers to a and b."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select

from configs.settings import Settings
from crm_core.database import read_transaction
from crm_core.golden_record.golden_customer import GoldenCustomer, golden_customer
from crm_core.tables import Base, ChangeCounter, CustomerAlias, CustomerMerge
from tests.crm_core.golden_record.people import CODE, customers_csv

NAME = "苏州鑫源精密机械有限公司"
CUSTOMERS = customers_csv(
    {"customer_id": "a", "name": NAME, "unified_social_credit_code": CODE, "phone": "0512-62345678",
     "email": "li@xinyuan.example", "industry": "机械", "region": "华东", "employee_count": 100,
     "created_at": "2020-01-01T00:00Z"},
    {"customer_id": "b", "name": "苏州市鑫源精密机械有限责任公司", "phone": "+86 512 6234 5678",
     "email": "li@xinyuan.example", "region": "华东", "created_at": "2022-01-01T00:00Z"},
    {"customer_id": "c", "name": "鑫源精密机械", "region": "华东", "employee_count": 105,
     "created_at": "2023-01-01T00:00Z"},
    {"customer_id": "d", "name": "大连宏达物流有限公司", "phone": "13712345678", "created_at": "2021-01-01T00:00Z"},
)  # fmt: skip
FACTS = {
    "customers": CUSTOMERS,
    "leads": "lead_id,created_at,customer_id\nla,2024-01-01T00:00Z,a\nlb,2024-01-02T00:00Z,b\n",
    "activities": "activity_id,occurred_at,kind,lead_id,customer_id\nt1,2024-02-01T00:00Z,call,,a\n"
    "t2,2024-02-02T00:00Z,visit,lb,\nt3,2024-02-03T00:00Z,call,lb,b\n",
    "orders": "order_id,customer_id,ordered_at,amount\noa,a,2024-03-01T00:00Z,100.00\nob,b,2024-04-01T00:00Z,50.50\n",
    "payments": "payment_id,order_id,amount,paid_at\npa,oa,100.00,2024-03-05T00:00Z\npb,ob,20.00,2024-04-05T00:00Z\n",
    "receivables": "invoice_id,customer_id,amount,due_on,paid_on\nia,a,100.00,2024-03-31,2024-03-05\n"
    "ib,b,30.50,2024-04-30,\n",
    "ratings": "rating_id,rep_id,score,rated_at,customer_id\nra,r1,5,2024-05-01T00:00Z,a\n"
    "rb,r1,4,2024-05-02T00:00Z,b\n",
}
IDS = "abcd"
Snapshot = dict[str, list[tuple[str, ...]]]
OF_DECISIONS = {one.__tablename__ for one in (CustomerMerge, CustomerAlias, ChangeCounter)}


def snapshot(engine: Engine) -> Snapshot:
    """Every row of every table but the merges, which are kept when undone, and the numbered log of their aliases."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in OF_DECISIONS]
    with read_transaction(engine) as connection:
        return {
            table.name: sorted(tuple(map(str, row)) for row in connection.execute(select(table))) for table in tables
        }


def merge_rows(engine: Engine) -> list[dict[str, Any]]:
    """The merges as stored, in their order."""
    query = select(CustomerMerge.__table__).order_by(CustomerMerge.merge_id)
    with read_transaction(engine) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def versions(engine: Engine) -> list[Any]:
    """The versions of aliases as stored, in the order of their numbers."""
    with read_transaction(engine) as connection:
        return list(connection.execute(select(CustomerAlias.__table__).order_by(CustomerAlias.change_seq)))


def views(engine: Engine, settings: Settings, as_of: datetime, told: datetime, ids: str = IDS) -> list[GoldenCustomer]:
    """What is shown of every id at as_of, `told` put for the moment, so that moments can be compared."""
    return [replace(golden_customer(engine, settings, one, as_of), as_of=told) for one in ids]
