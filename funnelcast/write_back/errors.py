"""What can go wrong while scores are written back.

CommandError
└── WriteBackError       a sink cannot be used
    └── SinkSilentError  it does not answer, or asks for a pause; what was not written is written by the next run
"""

from __future__ import annotations

from funnelcast.errors import CommandError


class WriteBackError(CommandError):
    """A sink is not configured, or refuses us altogether."""


class SinkSilentError(WriteBackError):
    """The sink does not answer, or asks for a pause.

    pause_seconds: what it asked for; None: it did not say.
    """

    http_status = 503

    def __init__(self, message: str, pause_seconds: float | None = None) -> None:
        super().__init__(message)
        self.pause_seconds = pause_seconds
