"""Something that takes seconds to make, kept while it is fresh enough and made anew behind the back of its readers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from configs.sections import Pages
from serving.errors import FiguresBeingMadeError
from serving.pages.behind import Behind

T = TypeVar("T")
PATIENCE_SECONDS = 2.0  # a page that says what is going on is better than one that does not come


class Snapshot(Generic[T]):
    """One value for all readers.

    Parameters
    ----------
    make: makes the value, given the one before it; None where there is none, or it is too old to be of use.
    rules: older than figures_seconds, the value is still answered while the next one is made; older than
        figures_max_age_seconds, readers wait a little, and are told then that it is being made.
    """

    def __init__(
        self, make: Callable[[T | None], T], rules: Pages, behind: Behind, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._make, self._rules, self._behind, self._clock = make, rules, behind, clock
        self._kept: tuple[T, float] | None = None
        self._asked_at = float("-inf")
        self._making = threading.Lock()

    def get(self) -> T:
        """The value at once where it is not too old.

        A renewal that failed is tried again after figures_seconds and not by every reader.

        Raises
        ------
        FiguresBeingMadeError: there is none that is young enough, and making it takes longer than PATIENCE_SECONDS.
        """
        kept, now = self._kept, self._clock()
        if kept is None or now - kept[1] > self._rules.figures_max_age_seconds:
            return self._soon()
        if now - max(kept[1], self._asked_at) > self._rules.figures_seconds:
            self._asked_at = now
            self._behind.do(self.fresh)
        return kept[0]

    def _soon(self) -> T:
        try:
            return self._behind.within(self.fresh, PATIENCE_SECONDS)
        except TimeoutError:
            raise FiguresBeingMadeError("The figures must have been made, but are being made now.") from None

    def fresh(self) -> T:
        """The value, made now where it is older than figures_seconds; who else comes meanwhile waits for the same."""
        with self._making:
            now = self._clock()
            value, age = (self._kept[0], now - self._kept[1]) if self._kept else (None, float("inf"))
            if value is None or age > self._rules.figures_seconds:
                value = self._make(value if age <= self._rules.figures_max_age_seconds else None)
                self._kept = (value, now)
            return value
