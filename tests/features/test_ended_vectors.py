"""A lead that is closed by an event has no vector any more, also against a slower writer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from configs.settings import Settings, load_settings
from features.definitions import CUSTOMER_VIEW
from features.online.reader import OnlineReader
from features.online.writer import OnlineWriter

NOW = datetime(2026, 6, 1, 8)  # noqa: DTZ001 (naive UTC, as in the lake)
LATER = NOW + timedelta(seconds=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings().model_copy(update={"home": tmp_path})


def write(settings: Settings, moment: datetime, *ids: str) -> None:
    chunk = pa.table({"entity_id": list(ids), "as_of": [moment] * len(ids), "recency_days": [1.0] * len(ids)})
    OnlineWriter(settings).write(CUSTOMER_VIEW, [chunk])


def found(settings: Settings, *ids: str) -> list[bool]:
    return [one is not None for one in OnlineReader(settings).read("customers", ids, datetime(2026, 6, 2, tzinfo=UTC))]


def test_an_ended_vector_is_read_as_none(settings: Settings) -> None:
    write(settings, NOW, "c1", "c2")
    OnlineWriter(settings).end(CUSTOMER_VIEW, ["c1", "unknown"], LATER)
    assert found(settings, "c1", "c2", "unknown") == [False, True, False]


def test_an_older_vector_does_not_come_after_the_end_and_a_newer_one_does(settings: Settings) -> None:
    OnlineWriter(settings).end(CUSTOMER_VIEW, ["c1"], LATER)
    write(settings, NOW, "c1")
    assert found(settings, "c1") == [False]
    write(settings, LATER + timedelta(seconds=1), "c1")
    assert found(settings, "c1") == [True]


def test_the_next_build_removes_what_is_left_of_it(settings: Settings) -> None:
    OnlineWriter(settings).end(CUSTOMER_VIEW, ["c1"], NOW)
    assert OnlineWriter(settings).remove_before(CUSTOMER_VIEW, LATER) == 1
