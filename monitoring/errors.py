"""What can go wrong when the system watches itself.

MonitoringError               root; http_status 500
├── WindowError               a window or its settings cannot be used; 422
├── PeriodError               a review's period is no month, or has not begun; 422
├── ProposalError             no such proposal in the pack, or no such decision; 422
├── RenderError               a page cannot be written; 500
│   └── PdfError              the PDF cannot be made on this machine; says what is missing
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


class PeriodError(MonitoringError):
    """The period of a review pack is no month, or has not begun."""

    http_status = 422


class ProposalError(MonitoringError):
    """A proposal of a review pack cannot be decided."""

    http_status = 422


class RenderError(MonitoringError):
    """A page cannot be rendered or written."""


class PdfError(RenderError):
    """The PDF cannot be made on this machine; the message says what to install."""


class AlertFault(MonitoringError):  # noqa: N818 (a fault of the destination, kept with the finding)
    """A destination did not take an alert."""

    http_status = 502
