from __future__ import annotations

import threading
import time

import pytest

from serving.bounded_calls import BoundedCalls
from serving.errors import StoreSilentError


def test_a_result_and_an_error_come_through() -> None:
    calls = BoundedCalls("crm", seconds=5)
    assert calls.call(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        calls.call(divmod, 7, 0)


def test_a_call_that_hangs_is_given_up_and_so_are_those_behind_it() -> None:
    release = threading.Event()
    calls = BoundedCalls("crm", seconds=0.05, count_threads=1)
    started = time.monotonic()
    for function in (release.wait, time.time):
        with pytest.raises(StoreSilentError, match=r"must answer within 0\.05 s"):
            calls.call(function)
    assert time.monotonic() - started < 2
    release.set()


def test_it_works_again_when_the_store_does() -> None:
    release = threading.Event()
    calls = BoundedCalls("crm", seconds=2, count_threads=1)
    hanging = calls.submit(release.wait)
    release.set()
    assert calls.call(abs, -1) == 1
    assert hanging.done()
