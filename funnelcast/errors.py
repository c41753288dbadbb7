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


def our_errors() -> tuple[type[Exception], ...]:
    """Roots of the errors of all packages: their messages are sentences for people."""
    from configs.settings import ConfigError
    from crm_core.errors import CrmError
    from features.errors import FeatureError
    from funnelcast.simulator.errors import SimulatorError
    from monitoring.errors import MonitoringError
    from scoring.errors import ScoringError
    from serving.errors import ServingError
    from training.errors import TrainingError

    return (
        CommandError, ConfigError, CrmError, FeatureError, SimulatorError,
        ScoringError, TrainingError, ServingError, MonitoringError,
    )  # fmt: skip
