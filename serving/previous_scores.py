"""What an entity's score was before, for its trend."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from crm_core.errors import CrmError
from serving.errors import StoreSilentError

Trend = Literal["up", "down", "steady", "new"]

MAX_ENTITIES = 200_000
CACHE_SECONDS = 60.0  # after which another worker's scores are seen


class PreviousScores:
    """Last scores, kept in memory for a minute so that not every request asks the database.

    Parameters
    ----------
    load: last stored scores of these ids; ids without one are absent.
    """

    def __init__(self, load: Callable[[list[str]], Mapping[str, float]]) -> None:
        self._load = load
        self._scores: OrderedDict[str, tuple[float, float | None]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, ids: Sequence[str]) -> dict[str, float | None] | None:
        """The last score of each id, None where it never had one; None for all: the database does not answer."""
        now = time.monotonic()
        with self._lock:
            known = {key: self._scores[key][1] for key in ids if key in self._scores and self._scores[key][0] > now}
        if unknown := [key for key in dict.fromkeys(ids) if key not in known]:
            try:
                loaded = self._load(unknown)
            except (CrmError, StoreSilentError):
                return None  # a score without its trend is better than none
            fresh = {key: loaded.get(key) for key in unknown}
            self._keep(fresh, now)
            known.update(fresh)
        return known

    def remember(self, scores: Mapping[str, float]) -> None:
        """These are the last scores now."""
        self._keep(scores, time.monotonic())

    def _keep(self, scores: Mapping[str, float | None], now: float) -> None:
        with self._lock:
            for key, score in scores.items():
                self._scores[key] = (now + CACHE_SECONDS, score)
                self._scores.move_to_end(key)
            while len(self._scores) > MAX_ENTITIES:
                self._scores.popitem(last=False)


def trend_of(previous: float | None, current: float, threshold: float) -> Trend:
    """How a probability moved; `threshold` is the least change that counts.

    >>> trend_of(0.30, 0.33, 0.02), trend_of(0.30, 0.31, 0.02), trend_of(0.30, 0.10, 0.02), trend_of(None, 0.3, 0.02)
    ('up', 'steady', 'down', 'new')
    """
    if previous is None:
        return "new"
    if abs(current - previous) < threshold:
        return "steady"
    return "up" if current > previous else "down"
