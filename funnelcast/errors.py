"""What the command line refuses.

CommandError            exit 1, one sentence on standard error
└── MomentError         a moment on the command line is none
"""

from __future__ import annotations


class CommandError(Exception):
    """A command is refused or failed; the message is the one sentence shown."""

    http_status = 400


class MomentError(CommandError):
    """A moment on the command line cannot be read."""
