"""Waiting for what comes later, as long as a busy machine may need."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def until(is_so: Callable[[], Any], seconds: float = 30.0) -> None:
    """Return as soon as it is so; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"It must be so within {seconds:g} s, but is not."
        time.sleep(0.005)
