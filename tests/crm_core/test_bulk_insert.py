from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select

from crm_core.bulk_insert import bulk_insert
from crm_core.database import write_transaction
from crm_core.errors import DatabaseError
from crm_core.tables import FeedChange
from tests.crm_core.conftest import LATER, NOW

BODY = {"tag": '价格\t"导向"\\N\n', "none": None, "p": 1e-7, "list": [{"a": True}]}
ROWS: list[tuple[Any, ...]] = [
    (1, "tag", "lead", "a\tb\\N\n%s'é", BODY, NOW),
    (2, "tag", "lead", "", {}, LATER.astimezone(timezone(timedelta(hours=8)))),
    (3, "tag", "lead", "\\.", [], NOW),
]


def stored(engine: Engine, *, raw: bool) -> list[Any]:
    columns = "seq, kind, entity, entity_id, CAST(body AS TEXT), CAST(at AS TEXT)"
    with engine.connect() as connection:
        if raw:
            return connection.exec_driver_sql(f"SELECT {columns} FROM feed_changes ORDER BY seq").all()  # type: ignore[return-value]
        return connection.execute(select(FeedChange.__table__).order_by(FeedChange.seq)).all()  # type: ignore[return-value]


def test_rows_read_back_equal_and_are_stored_as_by_sqlalchemy(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        bulk_insert(connection, FeedChange, ROWS)
        bulk_insert(connection, FeedChange, [])
    assert stored(engine, raw=False) == ROWS
    in_bulk = stored(engine, raw=True)
    with write_transaction(engine) as connection:
        connection.execute(delete(FeedChange))
        names = [column.name for column in FeedChange.__table__.columns]
        connection.execute(insert(FeedChange), [dict(zip(names, row, strict=True)) for row in ROWS])
    assert in_bulk == stored(engine, raw=True)


def test_a_refused_row_is_a_database_error_and_none_is_stored(engine: Engine) -> None:
    with pytest.raises(DatabaseError, match=r"(?i)unique"), write_transaction(engine) as connection:
        bulk_insert(connection, FeedChange, [*ROWS, ROWS[0]])
    assert stored(engine, raw=False) == []
