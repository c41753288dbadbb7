"""Objects that live as long as the process."""

from __future__ import annotations

import gc


def keep_from_collector() -> None:
    """Take all objects there are now out of what Python's collector looks through: those of the libraries are more than
    a million, and while it does, requests wait for a tenth of a second and more.
    """
    gc.collect()
    gc.freeze()
