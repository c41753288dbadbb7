"""What can go wrong when the system watches itself.

MonitoringError               root; http_status 500
├── WindowError               a window or its settings cannot be used; 422
├── RenderError               a page cannot be written; 500
└── AlertFault                a destination did not take an alert; it is tried again; 502

Too few rows, no model and no leads are no errors: the report says so in words.
"""

from __future__ import annotations


class MonitoringError(Exception):
    """Root of this package's errors; the message is one sentence: the rule, then what it got."""

    http_status = 500


class WindowError(MonitoringError):
    """A window, or what fills it, breaks a rule."""

    http_status = 422


class RenderError(MonitoringError):
    """A page cannot be rendered or written."""


class AlertFault(MonitoringError):  # noqa: N818 (a fault of the destination, kept with the finding)
    """A destination did not take an alert."""

    http_status = 502
