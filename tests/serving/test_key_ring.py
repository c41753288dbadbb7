"""The key table out of reach: who was known a moment ago is still let in, nobody else."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from crm_core.errors import DatabaseError
from serving.errors import StoreSilentError
from serving.key_ring import KeyRing
from serving.request_note import Caller

ODOO = Caller("odoo", "crm")


class Table:
    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.pause = 0.0
        self.asked: list[str] = []

    def find(self, key: str) -> Any:
        self.asked.append(key)
        time.sleep(self.pause)
        if self.failure:
            raise self.failure
        return {"good": ODOO}.get(key)


@pytest.fixture
def table() -> Table:
    return Table()


def ring(table: Table, grace_seconds: float = 60) -> KeyRing:
    return KeyRing(
        table.find, None, cache_seconds=0.0, timeout_seconds=0.1, grace_seconds=grace_seconds, first_timeout_seconds=1
    )


def test_a_key_that_was_known_still_opens_while_the_table_fails(table: Table) -> None:
    keys = ring(table)
    assert asyncio.run(keys.identify("good")) == ODOO
    table.failure = DatabaseError("gone")
    assert asyncio.run(keys.identify("good")) == ODOO


def test_a_table_that_hangs_is_waited_for_no_longer_than_allowed(table: Table) -> None:
    keys = ring(table)
    assert asyncio.run(keys.identify("good")) == ODOO
    table.pause = 2.0
    started = time.monotonic()
    assert asyncio.run(keys.identify("good")) == ODOO
    assert time.monotonic() - started < 1.5


def test_a_slow_table_is_waited_for_where_nothing_can_stand_in(table: Table) -> None:
    table.pause = 0.3
    assert asyncio.run(ring(table).identify("good")) == ODOO


def test_strangers_do_not_wait_for_a_table_that_is_known_to_be_silent(table: Table) -> None:
    keys = ring(table)
    table.pause = 3.0
    for longest in (2.5, 0.9):  # the first finds out, the next hears it at once
        started = time.monotonic()
        with pytest.raises(StoreSilentError):
            asyncio.run(keys.identify(f"stranger {longest}"))
        assert time.monotonic() - started < longest


@pytest.mark.parametrize("key", ["good", "stranger"])
def test_a_key_that_was_never_known_does_not_open(table: Table, key: str) -> None:
    table.failure = DatabaseError("gone")
    with pytest.raises(StoreSilentError, match="key store must answer"):
        asyncio.run(ring(table).identify(key))


def test_after_the_grace_it_does_not_open(table: Table) -> None:
    keys = ring(table, grace_seconds=0.0)
    asyncio.run(keys.identify("good"))
    table.failure = DatabaseError("gone")
    with pytest.raises(StoreSilentError):
        asyncio.run(keys.identify("good"))


def test_those_who_come_together_ask_once(table: Table) -> None:
    keys = ring(table)
    table.pause = 0.05

    async def together() -> list[Caller | None]:
        return await asyncio.gather(*(keys.identify("good") for _ in range(20)))

    assert asyncio.run(together()) == [ODOO] * 20
    assert table.asked == ["good"]
