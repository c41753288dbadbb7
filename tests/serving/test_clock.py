from __future__ import annotations

from datetime import UTC, datetime

import pytest

from serving.clock import AS_OF_VARIABLE, Clock
from serving.errors import StartError


def test_a_frozen_clock_stands_still() -> None:
    clock = Clock.from_environment({AS_OF_VARIABLE: "2026-03-01T08:00:00+08:00"})
    assert clock.is_frozen
    assert clock.now() == datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_otherwise_it_is_now() -> None:
    clock = Clock.from_environment({})
    assert not clock.is_frozen
    assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 1


@pytest.mark.parametrize("text", ["yesterday", "2026-03-01T08:00:00"])
def test_a_moment_that_is_none_or_has_no_offset_is_refused(text: str) -> None:
    with pytest.raises(StartError, match=text):
        Clock.from_environment({AS_OF_VARIABLE: text})
