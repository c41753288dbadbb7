"""A company that sells: reps A, B and M, and a way to say what happened when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from configs.sections import CommissionPlan
from configs.settings import Settings
from crm_core.commission.check import LedgerCheck, check_ledger
from crm_core.commission.run import CommissionRun, run_commission
from crm_core.commission.statement import Entry, commission_statement
from crm_core.events import upsert_rows
from tests.crm_core.conftest import rows

START = datetime(2024, 3, 1, 4, tzinfo=UTC)  # noon in Shanghai
DAY = timedelta(days=1)


@dataclass
class Company:
    """One database; `now` is when rows are learnt and runs stand, and moves a minute on with each."""

    engine: Engine
    settings: Settings
    now: datetime = START

    def tell(self, table: str, *told: dict[str, Any]) -> None:
        self.now += timedelta(minutes=1)
        _, faults = upsert_rows(self.engine, table, told, self.settings, self.now)
        assert not faults, faults

    def order(self, order_id: str, amount: str, customer: str = "C", rep: str | None = "A", day: int = 0) -> None:
        row = {"order_id": order_id, "customer_id": customer, "ordered_at": (START - (9 - day) * DAY).isoformat()}
        self.tell("orders", {**row, "amount": amount, "rep_id": rep})

    def pay(
        self, payment_id: str, order_id: str, amount: str, status: str = "confirmed", at: datetime | None = None
    ) -> None:
        row = {"payment_id": payment_id, "order_id": order_id, "amount": amount, "status": status}
        self.tell("payments", {**row, "paid_at": (at or START).isoformat()})

    def run(self) -> CommissionRun:
        self.now += timedelta(minutes=1)
        return run_commission(self.engine, self.settings, self.now)

    def check(self) -> LedgerCheck:
        return check_ledger(self.engine, self.settings)

    def entries(self, rep_id: str = "A", period: str = "2024-03") -> list[Entry]:
        return commission_statement(self.engine, self.settings, rep_id, period, self.now).entries

    def owed(self) -> dict[tuple[str, str], int]:
        """(rep, rule) -> cents owed; without noughts."""
        sql = (
            "SELECT rep_id, rule, -SUM(amount_cents) FROM commission_lines WHERE account = 'payable' "
            "GROUP BY rep_id, rule HAVING SUM(amount_cents) <> 0"
        )
        return {(rep_id, rule): int(cents) for rep_id, rule, cents in rows(self.engine, sql)}

    def with_plans(self, *plans: CommissionPlan) -> None:
        commission = self.settings.commission.model_copy(update={"plans": list(plans)})
        self.settings = self.settings.model_copy(update={"commission": commission})

    @property
    def plan(self) -> CommissionPlan:
        return self.settings.commission.plans[0]


def staffed(engine: Engine, settings: Settings) -> Company:
    company = Company(engine, settings)
    company.tell("reps", *({"rep_id": rep_id, "name": rep_id, "hired_on": "2020-01-01"} for rep_id in "ABM"))
    return company


@pytest.fixture
def company(engine: Engine, settings: Settings) -> Company:
    return staffed(engine, settings)


@pytest.fixture
def sqlite_company(sqlite_engine: Engine, settings: Settings) -> Company:
    return staffed(sqlite_engine, settings)
