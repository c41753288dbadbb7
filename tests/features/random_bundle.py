"""A seeded CRM full of traps: future rows, rows recorded late, updated and moved rows, same-second rows, change logs.

Planted: every event table has rows recorded after they occurred (up to 20 days), rows dated in the future of when they
were recorded, versions that change moment, owner or amount, and many rows in the same second. Two thirds of the
customers are merged and set free again, also in chains, and invoices are handed from one to another.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

from tests.features.fake_crm import Definition, FakeCrm, Merge

START = datetime(2024, 1, 1)  # noqa: DTZ001 (naive UTC, as in the lake)
DAYS = 240
STAGES = [
    "captured",
    "contacted",
    "needs_analysis",
    "technical_exchange",
    "solution_demo",
    "negotiation",
    "contract_signed",
    "payment_received",
    "lost",
]
KINDS = ["call", "e-mail", "visit", "chat", "rare one"]
DEFINITIONS = [
    Definition("lead", "Lead Score", "lead_score", "number"),
    Definition("lead", "Interest", "interest", "category"),
    Definition("lead", "Is Key", "is_key", "boolean"),
    Definition("lead", "Fair Date", "fair_date", "moment"),
    Definition("lead", "备注", "备注", "text"),
    Definition("customer", "Segment", "segment", "category"),
    Definition("customer", "Credit", "credit", "number"),
]


class Generator:
    def __init__(self, seed: int, leads: int, customers: int) -> None:
        self.random = random.Random(seed)
        self.crm = FakeCrm(definitions=list(DEFINITIONS))
        self.lead_ids = [f"L{number:04d}" for number in range(leads)]
        self.customer_ids = [f"C{number:03d}" for number in range(customers)]
        self.channels = ["web", "fair", "partner", "渠道四"]
        self.reps = ["r1", "r2", "r3"]

    def make(self) -> FakeCrm:
        self._reps()
        for customer in self.customer_ids:
            self._customer(customer)
        for lead in self.lead_ids:
            self._lead(lead)
        self._merges()
        return self.crm

    # merges

    def _merges(self) -> None:
        """Merges and undos in the order of time, now and then several of one moment."""
        moments = sorted(self._moment(-30) for _ in range(len(self.customer_ids)))
        for place in range(1, len(moments)):
            if self.random.random() < 0.2:
                moments[place] = moments[place - 1]
        for moment in moments:
            live = [one for one in self.crm.merges if one.undone_at is None]
            if live and self.random.random() < 0.35:
                self.random.choice(live).undone_at = moment
            else:
                self._merge(moment)
            self.crm.stand(moment, self._golden())

    def _merge(self, moment: datetime) -> None:
        groups = self._groups()
        source, into = self.random.sample(self.customer_ids[: len(self.customer_ids) * 2 // 3], 2)
        if not any({source, into} <= group for group in groups):
            self.crm.merges.append(Merge(source, into, moment))

    def _groups(self) -> list[set[str]]:
        golden = self._golden()
        roots = {*golden.values()}
        return [{root, *(one for one, other in golden.items() if other == root)} for root in roots]

    def _golden(self) -> dict[str, str]:
        """Customer -> the id it stands under, of those that do not stand under their own."""
        golden: dict[str, str] = {}
        for merge in self.crm.merges:
            if merge.undone_at is not None:
                continue
            old, new = golden.get(merge.from_id, merge.from_id), golden.get(merge.into_id, merge.into_id)
            golden |= dict.fromkeys([old, *(key for key, root in golden.items() if root == old)], new)
        return golden

    # moments

    def _moment(self, low: float = 0, high: float = DAYS) -> datetime:
        seconds = int(self.random.uniform(low, high) * 86400)
        if self.random.random() < 0.3:  # onto a coarse grid, so that rows share a second
            seconds -= seconds % 21600
        moment = START + timedelta(seconds=seconds)
        return moment + timedelta(microseconds=self.random.choice([0, 0, 0, 600_000, 999_999]))

    def _recorded(self, moment: datetime) -> tuple[datetime, bool]:
        draw = self.random.random()
        if draw < 0.5:
            return moment, True  # a backfilled import
        if draw < 0.75:
            return moment + timedelta(seconds=self.random.randrange(3600)), False
        if draw < 0.9:
            return moment + timedelta(days=self.random.uniform(0, 20)), False  # late
        return moment - timedelta(days=self.random.uniform(0, 5)), False  # planned: dated in the future

    def _versions(self, table: str, row: dict[str, Any], moment: str | None, change: dict[str, Any]) -> None:
        """A row, and now and then an update of it."""
        own = row[moment] if moment else START
        own = own if isinstance(own, datetime) else datetime.combine(own, datetime.min.time())
        recorded, is_backfilled = self._recorded(own)
        self.crm.add(table, recorded, is_backfilled, **row)
        while self.random.random() < 0.2:
            recorded += timedelta(days=self.random.choice([0, 0.5, 3, 15]))
            field = self.random.choice(list(change))
            row = {**row, field: change[field]()}
            self.crm.add(table, recorded, False, **row)

    # entities

    def _reps(self) -> None:
        for rep in self.reps:
            row = {"rep_id": rep, "name": rep, "team": self.random.choice(["north", "south"])}
            self._versions("reps", row, None, {"team": lambda: self.random.choice(["north", "south", None])})

    def _customer(self, customer: str) -> None:
        if self.random.random() < 0.9:  # some customers are known by their orders alone
            row = {
                "customer_id": customer,
                "name": f"公司{customer}",
                "region": self.random.choice(["east", "west", None]),
                "industry": self.random.choice(["steel", "food"]),
                "employee_count": self.random.choice([None, 10, 300, 9000]),
                "annual_revenue_cents": self.random.choice([None, 5_000_000_00]),
                "created_at": self.random.choice([None, self._moment(-300, 100)]),
                "attributes": {"Segment": self.random.choice(["a", "b", None]), "Credit": self.random.uniform(0, 9)},
            }
            own = "created_at" if row["created_at"] else None
            self._versions("customers", row, own, {"region": lambda: "north", "employee_count": lambda: 77})
        for number in range(self.random.choice([0, 1, 2, 5, 14])):
            self._order(customer, number)
        for number in range(self.random.randrange(4)):
            self._receivable(customer, number)
        for number in range(self.random.randrange(4)):
            row = {
                "rating_id": f"{customer}-r{number}",
                "rep_id": self.random.choice(self.reps),
                "score": float(self.random.randint(1, 5)),
                "rated_at": self._moment(-200),
                "customer_id": customer,
            }
            self._versions("ratings", row, "rated_at", {"score": lambda: 3.0})
        for _ in range(self.random.randrange(3)):
            self._log(
                "customer", customer, self.random.choice(["Segment", "segment"]), self.random.choice(["a", "c", ""])
            )

    def _order(self, customer: str, number: int) -> None:
        amount = self.random.choice([1, 1, 1, 1, -1]) * self.random.randrange(1, 9_000_00)
        order_id = f"{customer}-o{number}"
        row = {
            "order_id": order_id,
            "customer_id": customer,
            "ordered_at": self._moment(-400),
            "amount_cents": amount,
            "category": self.random.choice(["pump", "valve", "spare", None]),
            "discount_rate": self.random.choice([None, 0.0, 0.1, 0.25]),
            "quantity": float(self.random.randrange(1, 20)),
        }
        change = {
            "amount_cents": lambda: self.random.randrange(-5_000, 9_000_00),
            "customer_id": lambda: self.random.choice(self.customer_ids),
            "ordered_at": lambda: self._moment(-400),
        }
        self._versions("orders", row, "ordered_at", change)
        for place in range(self.random.randrange(3)):
            paid = {
                "payment_id": f"{order_id}-p{place}",
                "order_id": order_id,
                "amount_cents": abs(amount) // 2,
                "paid_at": row["ordered_at"] + timedelta(days=self.random.uniform(0, 90)),
                "status": "confirmed",
            }
            self._versions("payments", paid, "paid_at", {"status": lambda: "reversed"})

    def _receivable(self, customer: str, number: int) -> None:
        due: date = self._moment(-100).date()
        paid = self.random.choice([None, due + timedelta(days=self.random.randrange(-10, 80))])
        row = {
            "invoice_id": f"{customer}-i{number}",
            "customer_id": customer,
            "amount_cents": self.random.randrange(1, 100_000),
            "due_on": due,
            "paid_on": paid,
        }
        change = {
            "paid_on": lambda: due + timedelta(days=30),
            "customer_id": lambda: self.random.choice(self.customer_ids),
        }
        self._versions("receivables", row, "due_on", change)

    def _lead(self, lead: str) -> None:
        created = self._moment(0, DAYS * 0.8)
        row = {
            "lead_id": lead,
            "created_at": created,
            "customer_id": self.random.choice([None, self.random.choice(self.customer_ids), "unknown"]),
            "company_name": self.random.choice([None, "", "北京公司"]),
            "phone": self.random.choice([None, "13800000000"]),
            "channel_id": self.random.choice([*self.channels, None]),
            "campaign": self.random.choice([None, "spring"]),
            "product": self.random.choice(["pump", "valve"]),
            "expected_amount_cents": self.random.choice([None, 1_000_00, 99_999_99]),
            "budget_cents": self.random.choice([None, 50_00, 80_000_00]),
            "employee_count": self.random.choice([None, 3, 49, 700]),
            "industry": self.random.choice([None, "steel"]),
            "region": self.random.choice(["east", "west"]),
            "rep_id": self.random.choice([*self.reps, None]),
            "attributes": {
                "Lead Score": self.random.choice([None, 1.5, 77]),
                "Interest": self.random.choice([None, "high", "low"]),
                "Is Key": self.random.choice([None, True, False]),
                "Fair Date": self.random.choice([None, str(self._moment(-50).replace(microsecond=0))]),
                "备注": self.random.choice([None, "预算有限", "x"]),
            },
        }
        change = {
            "channel_id": lambda: self.random.choice(self.channels),
            "rep_id": lambda: self.random.choice(self.reps),
            "employee_count": lambda: 1234,
            "created_at": lambda: created + timedelta(days=1),
            "attributes": lambda: {"Lead Score": 5, "Interest": "medium"},
        }
        self._versions("leads", row, "created_at", change)
        self._stages(lead, created)
        self._activities(lead, created)
        for _ in range(self.random.choice([0, 0, 1, 3])):
            name = self.random.choice(["Interest", "interest", "budget", "industry"])
            self._log("lead", lead, name, self.random.choice(["high", "steel", ""]) if name != "budget" else "1234.50")

    def _stages(self, lead: str, created: datetime) -> None:
        moment, place = created, 0
        for number in range(self.random.randrange(0, 9)):
            row = {"event_id": f"{lead}-s{number}", "lead_id": lead, "stage": STAGES[place], "entered_at": moment}
            self._versions(
                "stage_events",
                row,
                "entered_at",
                {"stage": lambda: self.random.choice(STAGES), "entered_at": self._moment},
            )
            if STAGES[place] in STAGES[6:]:
                break
            place = self.random.choice([place + 1, place + 1, max(place - 1, 0), 6, 8])
            moment += timedelta(seconds=self.random.choice([0, 1, 3600, 90_000, 900_000]))

    def _activities(self, lead: str, created: datetime) -> None:
        for number in range(self.random.choice([0, 1, 4, 15])):
            row = {
                "activity_id": f"{lead}-a{number}",
                "occurred_at": created + timedelta(seconds=self.random.choice([0, 60, 86_400, 604_800, 3_000_000])),
                "kind": self.random.choice(KINDS),
                "lead_id": lead,
                "customer_id": self.random.choice([None, *self.customer_ids[:3]]),
                "direction": self.random.choice([None, "inbound", "outbound"]),
                "duration_seconds": self.random.choice([None, 30.0, 333.5]),
                "is_effective": self.random.choice([None, True, False]),
                "summary": "预算有限",
            }
            change = {
                "kind": lambda: self.random.choice(KINDS),
                "lead_id": lambda: self.random.choice(self.lead_ids),
                "occurred_at": self._moment,
            }
            self._versions("activities", row, "occurred_at", change)

    def _log(self, entity: str, entity_id: str, attribute: str, value: str) -> None:
        moment = self._moment()
        row = {
            "change_id": f"{entity_id}-{attribute}-{moment.isoformat()}-{self.crm.seq}",
            "entity": entity,
            "entity_id": entity_id,
            "attribute": attribute,
            "value": value,
            "changed_at": moment,
        }
        self._versions("attribute_changes", row, "changed_at", {"value": lambda: value})


def random_bundle(seed: int, leads: int = 150, customers: int = 40) -> FakeCrm:
    return Generator(seed, leads, customers).make()
