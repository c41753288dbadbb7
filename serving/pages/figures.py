"""Figures made of one state of the facts: all that a page shows of them is of one moment."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, TypeVar

from crm_core.funnel import FunnelFacts
from serving.pages.behind import Job
from serving.pages.own_facts import facts_of_reps

T = TypeVar("T")
Make = Callable[["Figures"], Any]
MAX_KEPT = 300


class Figures:
    """The facts, and by key what was made of them; at most MAX_KEPT, those that were read last."""

    def __init__(self, facts: FunnelFacts) -> None:
        self.facts = facts
        self._kept: OrderedDict[Hashable, tuple[Make, Future[Any]]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[Figures], T]) -> T:
        """What was made for this key, or is made now; who else asks meanwhile waits for the same."""
        with self._lock:
            is_new = key not in self._kept
            if is_new:
                self._kept[key] = (make, Future())
            _, found = self._kept[key]
            self._kept.move_to_end(key)
            while len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        if is_new:
            self._make(key, make, found)
        return found.result()  # type: ignore[no-any-return]  # (what was put in under the key)

    def make_like(self, old: Figures, seconds: float, attempt: Callable[[Job], None]) -> None:
        """Make what `old` has, what was read last first, as far as the seconds go; the rest is made when asked for.

        To be called before anybody else has these figures.
        """
        until = time.monotonic() + seconds
        for key, make in old.made():
            if time.monotonic() < until:
                attempt(lambda key=key, make=make: self.get(key, make))  # type: ignore[misc]  # (mypy: lambda defaults)
        self._kept = OrderedDict(reversed(self._kept.items()))

    def made(self) -> list[tuple[Hashable, Make]]:
        """Keys and how each is made, what was read last first."""
        with self._lock:
            return [(key, make) for key, (make, _) in reversed(self._kept.items())]

    def _make(self, key: Hashable, make: Make, found: Future[Any]) -> None:
        try:
            found.set_result(make(self))
        except BaseException as error:
            with self._lock:
                self._kept.pop(key, None)  # the next reader tries again
            found.set_exception(error)


class OwnFigures:
    """Figures as a visitor sees them: of the leads of some reps, or of everybody's.

    Parameters
    ----------
    own: the reps' ids; None: everybody's.
    """

    def __init__(self, figures: Figures, own: tuple[str, ...] | None) -> None:
        self._figures, self._own = figures, own

    @property
    def as_of(self) -> datetime:
        """The moment of all of them."""
        return self._figures.facts.as_of

    @property
    def facts(self) -> FunnelFacts:
        """The funnel's facts of the reps."""
        return _facts_of(self._figures, self._own)

    def get(self, key: tuple[Any, ...], make: Callable[[FunnelFacts], T]) -> T:
        """`make(facts)` of the reps' facts. `key` names it with its arguments.

        `make` is kept and used again for later facts: it must hold none.
        """
        own = self._own
        return self._figures.get((*key, own), lambda figures: make(_facts_of(figures, own)))

    def everybodys(self, key: tuple[Any, ...], make: Callable[[datetime], T]) -> T:
        """`make(as_of)` of everybody's records: a page shows of it what its scope allows."""
        return self._figures.get(key, lambda figures: make(figures.facts.as_of))


def _facts_of(figures: Figures, own: tuple[str, ...] | None) -> FunnelFacts:
    if own is None:
        return figures.facts
    return figures.get(("facts", own), lambda later: facts_of_reps(later.facts, own))
