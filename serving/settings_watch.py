"""Takes edited settings over in a running worker: a new runtime is made beside the old one, then takes its place."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from serving.request_log import describe_failure

logger = logging.getLogger("funnelcast.serving")

POLL_SECONDS = 2.0
Stamp = tuple[int, int] | None


class SettingsWatch:
    """Calls `reload` after the file of edits has changed.

    A change that cannot be taken over (a file that somebody broke by hand) is logged, and the worker goes on as it is
    until the file changes again.
    """

    def __init__(self, file: Path, reload: Callable[[], None], poll_seconds: float = POLL_SECONDS) -> None:
        self._file, self._reload, self._poll_seconds = file, reload, poll_seconds
        self._seen = stamp_of(file)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="settings", daemon=True)

    def start(self) -> None:
        """Begin watching."""
        self._thread.start()

    def stop(self) -> None:
        """End watching; a reload under way is waited for."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> bool:
        """Look once; whether there was a change that was taken over."""
        found = stamp_of(self._file)
        if found == self._seen:
            return False
        self._seen = found
        try:
            self._reload()
        except Exception as error:
            logger.exception("edited settings not taken over", extra={"fields": describe_failure(error)})
            return False
        logger.info("edited settings taken over")
        return True

    def _watch(self) -> None:
        while not self._stop.wait(self._poll_seconds):
            self.look()


def stamp_of(file: Path) -> Stamp:
    """When the file was written and how long it is; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
