"""One runtime after another in a worker: the new one answers from the next request on, the old one ends in peace."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

OLD_SECONDS = 30.0  # longer than any request may take


class Lives(Protocol):
    """What a runtime is asked here."""

    def start(self) -> None:
        """Begin."""

    def prepare(self) -> None:
        """Wait until nothing is slower than it will be."""

    def close(self) -> None:
        """End."""


class Succession:
    """The runtime that answers, and those before it that have not ended yet.

    Parameters
    ----------
    place: puts a runtime where requests find it. old_seconds: how long an old one is kept for requests under way.
    """

    def __init__(self, place: Callable[[Lives], None], old_seconds: float = OLD_SECONDS) -> None:
        self._place, self._old_seconds = place, old_seconds
        self._current: Lives | None = None
        self._ending: list[threading.Timer] = []

    def take_over(self, new: Lives) -> None:
        """Start a runtime and let it answer; one that does not start leaves the old one in its place."""
        new.start()
        if self._current is not None:
            new.prepare()
        old, self._current = self._current, new
        self._place(new)
        if old is not None:
            timer = threading.Timer(self._old_seconds, old.close)
            timer.daemon = True
            self._ending = [one for one in self._ending if not one.finished.is_set()] + [timer]
            timer.start()

    def close(self) -> None:
        """End all of them now."""
        for timer in self._ending:
            if not timer.finished.is_set():
                timer.cancel()
                timer.function()
        if self._current is not None:
            self._current.close()
