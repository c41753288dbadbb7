from __future__ import annotations

from datetime import UTC, datetime

import pytest

from funnelcast.errors import MomentError
from funnelcast.moments import read_moment


def test_a_naive_moment_is_read_in_the_configured_zone() -> None:
    assert read_moment("2024-03-01", "Asia/Shanghai") == datetime(2024, 2, 29, 16, tzinfo=UTC)


def test_a_moment_with_a_zone_keeps_it() -> None:
    assert read_moment("2024-03-01T08:00:00Z", "Asia/Shanghai") == datetime(2024, 3, 1, 8, tzinfo=UTC)


def test_no_moment_is_now() -> None:
    before = datetime.now(UTC)
    assert before <= read_moment(None, "Asia/Shanghai") <= datetime.now(UTC)


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31T23:59:59-12:00"])
def test_a_moment_beyond_the_years_of_the_data_is_named(text: str) -> None:
    with pytest.raises(MomentError, match=f"in the years 1900 to 2200, but got '{text}'"):
        read_moment(text, "Asia/Shanghai")


def test_what_is_no_moment_is_named() -> None:
    with pytest.raises(MomentError, match="but got 'yesterday'"):
        read_moment("yesterday", "Asia/Shanghai")
