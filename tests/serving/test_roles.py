"""Every route with every role, generated from the table of operations: exactly what serving.permissions says.

The keys are real ones, in a migrated database, and found by `find_key`; behind the layers stand fakes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

from crm_core.access import EVERYBODYS, ROLES, Scope, create_key, find_key, revoke_key
from crm_core.exchange.open_leads import OpenLead
from crm_core.receipts import Receipt
from serving.operations import Operation, OperationTable
from serving.permissions import PERMISSIONS, PUBLIC
from serving.routes import build_api
from tests.crm_core.conftest import open_migrated
from tests.serving import fakes
from tests.serving.conftest import Service

pytestmark = pytest.mark.slow

OPERATIONS = OperationTable().operations
NOW = datetime.now(UTC)
LEADS = [OpenLead("L1", "A 厂", "pump", "r1"), OpenLead("L2", "B 厂", "pump", "r2")]


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Who -> a plain key: one per role, an expired and a revoked one of an admin, and none."""
    with open_migrated("sqlite", tmp_path) as engine:
        made = {role: create_key(engine, role, role, NOW, **_binding(role)) for role in ROLES}
        made["expired"] = create_key(engine, "late", "admin", NOW, NOW + timedelta(microseconds=1))
        made["revoked"] = create_key(engine, "gone", "admin", NOW)
        revoke_key(engine, made["revoked"].split("_")[1], NOW)
        monkeypatch.setattr(Service, "_find_key", lambda _, key: find_key(engine, key, datetime.now(UTC)))
        yield made


def _binding(role: str) -> dict[str, Any]:
    bindings: dict[str, dict[str, Any]] = {"rep": {"rep_id": "r1"}, "manager": {"teams": ["north"]}}
    return bindings.get(role, {})


def path_of(operation: Operation) -> str:
    return re.sub(r"\{\w+\}", "p-unknown", operation.path)


def named(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    assert {(one.method, one.path) for one in OPERATIONS} == set(PERMISSIONS)


def test_every_route_of_the_application_has_a_row() -> None:
    routes = [route for route in build_api().routes if isinstance(route, Route)]
    served = {(method, route.path) for route in routes for method in route.methods or () if method != "HEAD"}
    assert served
    assert served - set(PERMISSIONS) == set()


def test_rows_name_roles_that_there_are() -> None:
    assert {role for roles in PERMISSIONS.values() if roles != PUBLIC for role in roles} == set(ROLES)


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
def test_each_role_may_what_the_table_says_and_nothing_else(
    start: Callable[..., Service], keys: dict[str, str], operation: Operation
) -> None:
    service = start()
    allowed = PERMISSIONS[operation.method, operation.path]
    for role in ROLES:
        status = service.request(operation.method, path_of(operation), key=keys[role]).status_code
        is_let_in = status not in (401, 403)
        assert is_let_in == (allowed == PUBLIC or role in allowed), (role, status)


@pytest.mark.parametrize("who", ["expired", "revoked", "nobody", "unknown"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
def test_without_a_live_key_only_public_routes_answer(
    start: Callable[..., Service], keys: dict[str, str], operation: Operation, who: str
) -> None:
    key = {**keys, "nobody": None, "unknown": keys["admin"][:-1] + "~"}[who]
    status = start().request(operation.method, path_of(operation), key=key).status_code
    is_public = PERMISSIONS[operation.method, operation.path] == PUBLIC
    assert (status == 401) == (not is_public)


@pytest.mark.parametrize(("role", "statuses"), [("rep", (200, 404)), ("admin", (200, 200)), ("manager", (200, 404))])
def test_anothers_prediction_is_as_if_there_were_none(
    start: Callable[..., Service], keys: dict[str, str], role: str, statuses: tuple[int, int]
) -> None:
    """r1 is of the manager's team, r2 is not."""
    service = start(open_leads=LEADS)
    for lead in LEADS:
        service.stored[f"p-{lead.lead_id}"] = Receipt(
            f"p-{lead.lead_id}", "lead", lead.lead_id, "win", "1", {}, {"win_probability": 0.5}, [], fakes.NOW,
            fakes.NOW, fakes.NOW + timedelta(days=1),
        )  # fmt: skip
    answers = [service.request("GET", f"/v1/predictions/p-{lead.lead_id}", key=keys[role]) for lead in LEADS]
    assert tuple(answer.status_code for answer in answers) == statuses
    unknown = service.request("GET", "/v1/predictions/p-unknown", key=keys[role])
    for answer in (answer for answer in answers if answer.status_code == 404):
        assert answer.json()["error"]["message"] == unknown.json()["error"]["message"]


def test_a_rep_asks_for_another_reps_list_in_vain(start: Callable[..., Service], keys: dict[str, str]) -> None:
    service = start(open_leads=LEADS)
    assert service.request("GET", "/v1/priority?rep_id=r2", key=keys["rep"]).status_code == 404
    for query in ("", "?rep_id=r1"):
        answer = service.request("GET", f"/v1/priority{query}", key=keys["rep"])
        assert {lead["rep_id"] for lead in answer.json()["leads"]} <= {"r1"}


def test_the_list_of_a_rep_is_its_own_even_past_the_route(start: Callable[..., Service], keys: dict[str, str]) -> None:
    assert keys
    asked: list[str | None] = []
    service = start(open_leads=LEADS)
    service.runtime.priority._open_leads = lambda _, rep_id, __: asked.append(rep_id) or []  # type: ignore[func-returns-value]
    service.runtime.priority.of("r2", 10, Scope("r1"))
    service.runtime.priority.of("r2", 10, EVERYBODYS)
    assert asked == ["r1", "r2"]
