"""Errors of the simulator.

SimulatorError
├── UnknownScenarioError    no scenario has that name
├── BadSizeError            too few leads, a negative seed, or a moment without a zone
└── ForeignFolderError      the folder holds something that the simulator did not write
"""

from __future__ import annotations


class SimulatorError(Exception):
    """The simulation is refused; the message is one sentence: the rule, then what it got."""

    http_status = 400


class UnknownScenarioError(SimulatorError):
    """No scenario has that name."""


class BadSizeError(SimulatorError):
    """Too few leads, a negative seed, or a moment without a zone."""


class ForeignFolderError(SimulatorError):
    """The folder holds something that the simulator did not write, and nothing is overwritten."""

    http_status = 409
