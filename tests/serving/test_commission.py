from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.access import Ownership
from crm_core.commission.run import run_commission
from crm_core.commission.statement import commission_statement
from crm_core.events import upsert_rows
from serving.clock import Clock
from serving.commission import CommissionStatements
from serving.exchange_schemas import CommissionAnswer
from tests.crm_core.conftest import open_migrated
from tests.serving.conftest import Service
from tests.serving.fakes import NOW

COMMISSION = "/v1/commission/me"
RECENT = (NOW - timedelta(hours=5)).isoformat()


@pytest.fixture
def engine(tmp_path: Path, settings: Settings) -> Iterator[Engine]:
    """r1 is of the manager's team, r2 is not; each was paid 100.00 on a first order."""
    with open_migrated("sqlite", tmp_path) as engine:
        reps = [{"rep_id": "r1", "name": "Li", "team": "north"}, {"rep_id": "r2", "name": "Wu", "team": "south"}]
        orders = [
            {"order_id": f"O{i}", "customer_id": f"C{i}", "ordered_at": RECENT, "amount": "100.00", "rep_id": f"r{i}"}
            for i in (1, 2)
        ]
        payments = [{"payment_id": f"P{i}", "order_id": f"O{i}", "amount": "100.00", "paid_at": RECENT} for i in (1, 2)]
        for table, told in (("reps", reps), ("orders", orders), ("payments", payments)):
            _, faults = upsert_rows(engine, table, told, settings, NOW - timedelta(hours=1))
            assert not faults
        run_commission(engine, settings, NOW)
        yield engine


@pytest.fixture
def service(start: Callable[..., Service], engine: Engine, settings: Settings) -> Service:
    service = start()
    service.runtime.commission = CommissionStatements(
        lambda rep_id, period, as_of: commission_statement(engine, settings, rep_id, period, as_of),
        Ownership(engine),
        Clock(NOW),
        settings.intake.timezone,
    )
    return service


def get(service: Service, key: str = "rep-key", **parameters: Any) -> Any:
    return service.request("GET", COMMISSION, key=key, params=parameters)


def test_a_rep_sees_its_own_month_under_way(service: Service) -> None:
    answer = get(service)
    assert answer.status_code == 200
    read = CommissionAnswer.model_validate_json(answer.content)
    assert (read.rep_id, read.period, read.stands_at) == ("r1", "2026-06", NOW)
    [entry] = read.entries
    assert (entry.order_id, entry.payment_id, entry.amount_cents) == ("O1", "P1", 800)
    assert entry.en == "8 % of 100.00 CNY paid of 100.00, first order -> 8.00"
    assert read.totals == {"CNY": {"order_rate": 800, "all": 800}}
    assert [(one.received_cents, one.is_over) for one in read.progress] == [(10_000, False)]
    assert get(service, rep_id="r1").json() == answer.json()


def test_another_month_is_asked_for_by_its_name(service: Service) -> None:
    answer = get(service, period="2026-05").json()
    assert (answer["entries"], answer["progress"][0]["is_over"]) == ([], True)


@pytest.mark.parametrize(
    ("key", "rep_id", "status"),
    [
        ("rep-key", "r2", 404),
        ("rep-key", "nobody", 404),
        ("manager-key", "r1", 200),
        ("manager-key", "r2", 404),
        ("manager-key", "nobody", 404),
        ("admin-key", "r2", 200),
        ("crm-key", "r1", 403),
        ("analyst-key", "r1", 403),
    ],
)
def test_who_sees_whose(service: Service, key: str, rep_id: str, status: int) -> None:
    answer = get(service, key, rep_id=rep_id)
    assert answer.status_code == status
    if status == 200:
        assert [entry["order_id"] for entry in answer.json()["entries"]] == [f"O{rep_id[1]}"]
    if status == 404:
        assert answer.json()["error"]["code"] == "rep_not_found"


@pytest.mark.parametrize("key", ["manager-key", "admin-key"])
def test_who_is_no_rep_must_name_one(service: Service, key: str) -> None:
    answer = get(service, key)
    assert (answer.status_code, answer.json()["error"]["message"]) == (
        422,
        "A key that is no rep's must name one, but rep_id is missing.",
    )


@pytest.mark.parametrize("parameters", [{"period": "2026-13"}, {"period": ""}, {"rep_id": ""}, {"month": "2026-05"}])
def test_a_parameter_that_breaks_a_rule_is_told(service: Service, parameters: dict[str, Any]) -> None:
    assert get(service, **parameters).status_code == 422
