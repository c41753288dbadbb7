"""What can go wrong when an anomaly is diagnosed.

MonitoringError               root, of monitoring.errors; http_status 500
├── UnknownStageError         the funnel has no such stage; 422
└── IncidentError             no such incident, or it has ended; 409

Missing tables and too few leads are no errors: the diagnosis says less, down to `unknown`.
"""

from __future__ import annotations

from monitoring.errors import MonitoringError


class UnknownStageError(MonitoringError):
    """A stage was asked for that the funnel does not have."""

    http_status = 422


class IncidentError(MonitoringError):
    """There is no such incident, or nothing can be done about it any more."""

    http_status = 409
