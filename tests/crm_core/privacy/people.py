"""A customer with a merged duplicate and a lead, beside others, in every table that can hold something of a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert, text

from configs.settings import Settings
from crm_core.database import read_transaction, write_transaction
from crm_core.tables import (
    Base,
    CustomerFault,
    CustomerMatch,
    CustomerMerge,
    CustomerTag,
    CustomerTier,
    EventRequest,
    FeedChange,
    FindingRow,
    LeadOverride,
    Prediction,
)
from tests.crm_core.conftest import LATER, NOW, Load

PHONE, OLD_PHONE, SECOND_PHONE = "13912345678", "13887654321", "13700001111"
EMAIL, NAME, FIRM, OTHER_FIRM = "wang.unique@plant.cn", "王独一", "独一无二精密机械有限公司", "别家机械有限公司"
SECRETS = (PHONE, OLD_PHONE, SECOND_PHONE, EMAIL, NAME, FIRM, "secretword")

FILES = {
    "customers": f"""customer_id,name,phone,email,region,created_at,Second phone
C1,{FIRM},+86 139-1234-5678,{EMAIL},east,2024-01-01,{SECOND_PHONE}
C2,{FIRM},{OLD_PHONE},,east,2024-01-02,
C3,{OTHER_FIRM},13311112222,other@firm.cn,west,2024-01-03,
""",
    "leads": f"""lead_id,created_at,customer_id,company_name,contact_name,phone,email,channel_id,rep_id,Notes
L1,2024-02-01,C1,{FIRM},{NAME},{PHONE},{EMAIL},web,r1,secretword
L2,2024-02-02,C3,{OTHER_FIRM},李四,13311112222,,web,r1,{PHONE}
L3,2024-02-03,,another firm,,,,web,r2,
""",
    "stage_events": """lead_id,stage,entered_at,reason
L1,captured,2024-02-01,secretword
L2,captured,2024-02-02,
L3,captured,2024-02-03,
""",
    "activities": f"""activity_id,occurred_at,kind,lead_id,customer_id,rep_id,summary
A1,2024-02-04,call,L1,,r1,secretword call with {NAME}
A2,2024-02-05,call,,C2,r1,secretword
A3,2024-02-06,call,L2,,r1,"introduced by {NAME}, 139 1234 5678 or {EMAIL}; wants a demo"
""",
    "orders": """order_id,customer_id,ordered_at,amount,lead_id,rep_id
O1,C1,2024-03-01,1000.00,L1,r1
O2,C2,2024-03-02,500.00,,r1
O3,C3,2024-03-03,70.00,L2,r1
""",
    "payments": """payment_id,order_id,amount,paid_at
P1,O1,1000.00,2024-03-05
P2,O2,200.00,2024-03-06
P3,O3,70.00,2024-03-07
""",
    "receivables": "invoice_id,customer_id,amount,due_on\nI1,C1,1000.00,2024-03-31\n",
    "ratings": "rating_id,rep_id,score,rated_at,customer_id\nR1,r1,5,2024-04-01,C1\n",
    "reps": "rep_id,name,team\nr1,Chen,north\nr2,Zhao,south\n",
    "attribute_changes": f"entity,entity_id,attribute,value,changed_at\nlead,L1,Notes,{PHONE},2024-02-03\n",
    "sync_log": f"""source_system,occurred_at,status,entity,entity_id,message
erp,2024-02-05,failed,lead,L1,secretword
erp,2024-02-06,failed,,,duplicate of {PHONE}
""",
}


def plant(load: Load, engine: Engine) -> None:
    """Import the people, then change some, so that there are superseded versions; then what is derived from them."""
    load(**FILES)
    changed = {name: FILES[name].replace(f",{PHONE},{EMAIL},web", f",{OLD_PHONE},{EMAIL},web") for name in ("leads",)}
    changed["customers"] = FILES["customers"].replace("13311112222", "13311113333")
    changed["orders"] = FILES["orders"].replace("1000.00", "1100.00")
    load(now=LATER, **changed)
    with write_transaction(engine) as connection:
        _derived(connection)


def _derived(connection: Connection) -> None:
    _about_customers(connection)
    _about_leads(connection)
    finding = {"finding_id": "f", "rule": "r", "subject": "s", "figures": {"lead": "L1", "phone": PHONE}}
    connection.execute(insert(FindingRow).values(**finding, found_at=NOW, en=NAME, zh=FIRM))
    for key, answer in (("k1", {"errors": [{"value": f"tel {PHONE}"}]}), ("k2", {"errors": []})):
        request = {"scope": "s", "idempotency_key": key, "body_sha256": "0", "answer": answer, "received_at": NOW}
        connection.execute(insert(EventRequest).values(**request))


def _about_customers(connection: Connection) -> None:
    rule = {"rule_version": "v"}
    merge = {"merge_id": 1, "from_id": "C2", "into_id": "C1", "score": 0.99, "decided_by": "auto", "actor": "dedupe"}
    match = {"match_id": "m", "left_id": "C1", "right_id": "C3", "score": 0.4, "found_at": LATER}
    fault = {"change_seq": 1, "rule": "phone", "value": PHONE, "found_at": NOW}
    tag = {"tag": "t", "since": NOW, "is_held": True, "rule": {}, "figures": {"who": NAME}}
    tier = {"since": NOW, "tier": "vip", "frequency": 1, "monetary_cents": 1}
    connection.execute(insert(CustomerMerge).values(**merge, **rule, evidence={}, decided_at=LATER))
    connection.execute(insert(CustomerMatch).values(**match, **rule, evidence={}))
    connection.execute(insert(CustomerFault).values(customer_id="C1", **fault))
    connection.execute(insert(CustomerTag).values(customer_id="C1", **tag, **rule))
    connection.execute(insert(CustomerTier).values(customer_id="C1", **tier, **rule))


def _about_leads(connection: Connection) -> None:
    for entity, entity_id in (("lead", "L1"), ("customer", "C2"), ("lead", "L2")):
        _prediction(connection, entity, entity_id)
    for number, (lead_id, reason) in enumerate((("L1", "secretword"), ("L2", "promised")), 1):
        said = {"override_id": number, "lead_id": lead_id, "reason": reason, "person": "li", "said_at": NOW}
        change = {"seq": number, "kind": "score", "entity": "lead", "entity_id": lead_id, "body": {"n": NAME}}
        connection.execute(insert(LeadOverride).values(**said))
        connection.execute(insert(FeedChange).values(**change, at=NOW))


def _prediction(connection: Connection, entity: str, entity_id: str) -> None:
    connection.execute(
        insert(Prediction).values(
            prediction_id=f"p-{entity_id}", entity=entity, entity_id=entity_id, model_name="win", model_version="1",
            features={"attr": "secretword" if entity_id != "L2" else "x"}, scores={}, reasons=[], scored_at=NOW,
            expires_at=LATER, is_degraded=False,
        )
    )  # fmt: skip


def all_cells(engine: Engine) -> dict[str, str]:
    """Table -> everything in it, as one text."""
    with read_transaction(engine) as connection:
        return {
            name: "\n".join(str(tuple(row)) for row in connection.execute(text(f"SELECT * FROM {name}")))
            for name in Base.metadata.tables
        }


def with_home(settings: Settings, home: Path, **access: Any) -> Settings:
    """The settings with a state of their own."""
    section = settings.access.model_copy(update=access)
    return settings.model_copy(update={"home": home, "access": section})
