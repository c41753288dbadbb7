"""Figures made of one state of the facts, kept until the facts are others."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")
MAX_KEPT = 300


class Shelf:
    """Results by key. A key of older facts is never found again: `state` is part of it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._state: object = None
        self._lock = threading.Lock()

    def get(self, state: object, key: Hashable, make: Callable[[], T]) -> T:
        """What was made for this key from this state, or is made now."""
        with self._lock:
            if self._state is not state:
                self._kept.clear()
                self._state = state
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]  # type: ignore[no-any-return]  # (what was put in under the key)
        made = make()
        with self._lock:
            if self._state is state:
                self._kept[key] = made
            while len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return made
