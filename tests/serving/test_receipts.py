from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from crm_core.receipts import Receipt
from serving.receipts import ReceiptWriter
from tests.serving import fakes
from tests.waiting import until


def receipts(count: int) -> list[Receipt]:
    return [
        Receipt(
            prediction_id=f"P{i}", entity="lead", entity_id=f"L{i}", model_name="win", model_version="1", features={},
            scores={"win_probability": 0.5}, reasons=[], features_as_of=fakes.NOW, scored_at=fakes.NOW,
            expires_at=fakes.NOW + timedelta(hours=1), is_degraded=False,
        )
        for i in range(count)
    ]  # fmt: skip


@pytest.fixture
def stored() -> list[Receipt]:
    return []


def test_receipts_are_written_in_order_within_the_interval(stored: list[Receipt]) -> None:
    writer = ReceiptWriter(stored.extend, flush_seconds=0.01, queue_size=5000)
    writer.start()
    writer.put(receipts(1200))
    until(lambda: len(stored) == 1200)
    assert [receipt.prediction_id for receipt in stored] == [f"P{i}" for i in range(1200)]
    assert writer.close() == 0


def test_a_stop_writes_what_is_pending(stored: list[Receipt]) -> None:
    writer = ReceiptWriter(stored.extend, flush_seconds=3600, queue_size=5000)
    writer.start()
    writer.put(receipts(700))
    assert writer.close() == 0
    assert len(stored) == 700


def test_a_queue_that_fills_is_written_at_once(stored: list[Receipt]) -> None:
    writer = ReceiptWriter(stored.extend, flush_seconds=3600, queue_size=10)
    writer.start()
    writer.put(receipts(6))
    until(lambda: len(stored) == 6)
    writer.close()


def test_what_does_not_fit_is_dropped_and_the_rest_is_kept(stored: list[Receipt]) -> None:
    writer = ReceiptWriter(stored.extend, flush_seconds=3600, queue_size=4)
    writer.put(receipts(7))
    assert writer.close() == 0
    assert [receipt.prediction_id for receipt in stored] == ["P0", "P1", "P2", "P3"]


def test_a_failing_database_loses_nothing_that_fits(stored: list[Receipt]) -> None:
    failures = 3

    def write(batch: list[Receipt]) -> None:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise OSError("database is locked")
        stored.extend(batch)

    writer = ReceiptWriter(write, flush_seconds=0.005, queue_size=100)
    writer.start()
    writer.put(receipts(5))
    until(lambda: len(stored) == 5)
    assert writer.close() == 0


def test_a_database_that_stays_away_is_given_up_at_a_stop_and_the_loss_is_told() -> None:
    def write(_: list[Receipt]) -> None:
        raise OSError("gone")

    writer = ReceiptWriter(write, flush_seconds=0.005, queue_size=100)
    writer.start()
    writer.put(receipts(5))
    assert writer.close() == 5


def test_a_pending_receipt_is_found(stored: list[Receipt]) -> None:
    writer = ReceiptWriter(stored.extend, flush_seconds=3600, queue_size=100)
    writer.put(receipts(3))
    found = writer.find("P1")
    assert found is not None
    assert found.entity_id == "L1"
    assert writer.find("P9") is None


def test_many_threads_put_without_loss(stored: list[Receipt]) -> None:
    writer = ReceiptWriter(stored.extend, flush_seconds=0.001, queue_size=100_000)
    writer.start()
    threads = [threading.Thread(target=lambda: [writer.put(receipts(10)) for _ in range(50)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert writer.close() == 0
    assert len(stored) == 8 * 50 * 10
