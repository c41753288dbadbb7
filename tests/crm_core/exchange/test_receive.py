from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.errors import DatabaseError, KeyReusedError, UnknownTableError
from crm_core.exchange import Received, receive_events
from crm_core.exchange.receive import forget_old_answers
from tests.crm_core.conftest import LATER, NOW, everything, rows

EVENT = {"lead_id": "l1", "stage": "captured", "entered_at": "2024-01-05T10:00:00Z"}
BAD = {**EVENT, "stage": "gone"}


def test_good_rows_are_stored_and_bad_ones_told_with_their_reason(engine: Engine, settings: Settings) -> None:
    received = receive_events(engine, "stage_events", [BAD, EVENT, {"lead_id": "l2"}], "odoo", None, settings, NOW)
    answer = received.answer
    assert (answer["read"], answer["inserted"], answer["rejected"]) == (3, 1, 2)
    assert [(error["index"], error["column"], error["value"]) for error in answer["errors"]] == [
        (0, "stage", "gone"), (2, "stage", None), (2, "entered_at", None),
    ]  # fmt: skip
    assert all(error["rule"] for error in answer["errors"])


def test_a_moment_that_is_yet_to_come_is_refused(engine: Engine, settings: Settings) -> None:
    """Clocks may differ by minutes; a day that an invoice is due lies ahead by its nature."""
    minutes = settings.exchange.max_ahead_minutes
    ahead = [
        {"lead_id": f"l{n}", "created_at": (NOW + timedelta(minutes=n)).isoformat()} for n in (minutes, minutes + 1)
    ]
    far = {"lead_id": "l2030", "created_at": "2030-01-01T00:00:00+08:00"}
    answer = receive_events(engine, "leads", [*ahead, far], "odoo", None, settings, NOW).answer
    assert (answer["inserted"], answer["rejected"]) == (1, 2)
    assert [(error["index"], error["column"]) for error in answer["errors"]] == [(1, "created_at"), (2, "created_at")]
    assert answer["errors"][1]["value"] == "2030-01-01T00:00:00+08:00"
    assert answer["errors"][1]["rule"] == "created_at must be at most 15 minutes after now, 2025-01-01 00:00 UTC"
    invoice = {"invoice_id": "i1", "customer_id": "c1", "amount": "5", "due_on": "2030-01-01"}
    assert receive_events(engine, "receivables", [invoice], "erp", None, settings, NOW).answer["inserted"] == 1


def test_the_same_key_and_body_give_the_same_answer_and_do_nothing(engine: Engine, settings: Settings) -> None:
    call = (engine, "stage_events", [EVENT, BAD], "odoo", "k1", settings)
    first = receive_events(*call, NOW)
    before = everything(engine)
    reordered = {name: EVENT[name] for name in reversed(EVENT)}
    again = receive_events(engine, "stage_events", [reordered, BAD], "odoo", "k1", settings, LATER)
    assert (first.is_replay, again.is_replay) == (False, True)
    assert again.answer == first.answer
    assert everything(engine) == before


def test_an_event_that_came_after_is_not_undone_by_a_replay(engine: Engine, settings: Settings) -> None:
    lead = {"lead_id": "l1", "created_at": "2024-01-05", "region": "华北"}
    receive_events(engine, "leads", [lead], "odoo", "k1", settings, NOW)
    receive_events(engine, "leads", [{**lead, "region": "华东"}], "odoo", "k2", settings, LATER)
    receive_events(engine, "leads", [lead], "odoo", "k1", settings, LATER)
    assert rows(engine, "SELECT region FROM leads") == [("华东",)]


def test_another_body_under_a_key_is_refused(engine: Engine, settings: Settings) -> None:
    receive_events(engine, "stage_events", [EVENT], "odoo", "k1", settings, NOW)
    before = everything(engine)
    bodies: list[tuple[str, list[Any]]] = [("stage_events", [BAD]), ("activities", [EVENT]), ("stage_events", [])]
    for table, body in bodies:
        with pytest.raises(KeyReusedError):
            receive_events(engine, table, body, "odoo", "k1", settings, LATER)
    assert everything(engine) == before


def test_two_callers_may_use_one_key(engine: Engine, settings: Settings) -> None:
    receive_events(engine, "stage_events", [EVENT], "odoo", "k1", settings, NOW)
    other = receive_events(engine, "stage_events", [{**EVENT, "lead_id": "l9"}], "erp", "k1", settings, NOW)
    assert (other.is_replay, other.answer["inserted"]) == (False, 1)


def test_a_key_that_is_old_counts_as_new(engine: Engine, settings: Settings) -> None:
    receive_events(engine, "stage_events", [EVENT], "odoo", "k1", settings, NOW)
    days = settings.exchange.idempotency_days
    assert forget_old_answers(engine, NOW + timedelta(days=days), days) == 0
    assert forget_old_answers(engine, NOW + timedelta(days=days, seconds=1), days) == 1
    assert not receive_events(engine, "stage_events", [BAD], "odoo", "k1", settings, LATER).is_replay


def test_a_call_that_fails_may_be_made_again(engine: Engine, settings: Settings) -> None:
    with pytest.raises(UnknownTableError):
        receive_events(engine, "nonsense", [EVENT], "odoo", "k1", settings, NOW)
    assert not receive_events(engine, "stage_events", [EVENT], "odoo", "k1", settings, NOW).is_replay


def test_a_call_while_the_first_is_under_way_waits_for_its_answer(engine: Engine, settings: Settings) -> None:
    batch = [{**EVENT, "lead_id": f"l{i}"} for i in range(200)]
    found: list[Received] = []
    faults: list[DatabaseError] = []

    def call() -> None:
        try:
            found.append(receive_events(engine, "stage_events", batch, "odoo", "k1", settings, NOW))
        except DatabaseError as error:
            faults.append(error)

    threads = [threading.Thread(target=call) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(one.is_replay for one in found) == [False, True, True, True, True, True]
    assert [one.answer["inserted"] for one in found] == [200] * 6
