"""Several writers and readers at once: numbers become visible in their order, and nobody is lost."""

from __future__ import annotations

import threading

from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.events import upsert_rows
from crm_core.queries import last_change_seq, read_versions, summary
from tests.crm_core.conftest import NOW

WRITERS, ROWS = 4, 15


def test_a_cursor_never_skips_what_others_write_meanwhile(engine: Engine, settings: Settings) -> None:
    def write(writer: int) -> None:
        for number in range(ROWS):
            upsert_rows(engine, "channels", [{"channel_id": f"{writer}-{number}", "name": "N"}], settings, NOW)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    seen: list[int] = []
    cursor = 0
    while True:
        is_over = not any(thread.is_alive() for thread in threads)
        end = last_change_seq(engine)
        seen += [
            seq for chunk in read_versions(engine, "channels", cursor, end) for seq in chunk["change_seq"].to_pylist()
        ]
        cursor = end
        if is_over:
            break
    assert seen == list(range(1, WRITERS * ROWS + 1))
    assert summary(engine)["channels"] == WRITERS * ROWS
