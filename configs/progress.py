"""Progress of long work, shown on standard error or not at all."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Bar(Protocol):
    """A running bar."""

    def update(self, n: float = 1) -> object:
        """Advance by n steps."""


class _SilentBar:
    def update(self, n: float = 1) -> object:
        return n


class Progress:
    """Shows nothing: the default of every function that works long."""

    @contextmanager
    def bar(self, label: str, total: int | None = None, unit: str = "row") -> Iterator[Bar]:  # noqa: ARG002 (subclass uses them)
        """A bar for one piece of work; `total` None where the end is not known."""
        yield _SilentBar()

    def say(self, sentence: str) -> None:
        """One line about what happens now."""


class TerminalProgress(Progress):
    """Bars and lines on standard error, so that standard output stays machine-readable."""

    @contextmanager
    def bar(self, label: str, total: int | None = None, unit: str = "row") -> Iterator[Bar]:
        """A tqdm bar on standard error."""
        from tqdm import tqdm  # noqa: PLC0415 (only a terminal needs it)

        # Into a file or a pipe one line every ten seconds is enough.
        quiet = not sys.stderr.isatty()
        with tqdm(
            total=total, desc=label, unit=f" {unit}", file=sys.stderr, mininterval=10 if quiet else 0.2, leave=True
        ) as bar:
            yield bar

    def say(self, sentence: str) -> None:
        """Print the line above any running bar."""
        from tqdm import tqdm  # noqa: PLC0415

        tqdm.write(sentence, file=sys.stderr)


SILENT = Progress()
