"""Simulated sellers: bundles with a planted truth."""

from funnelcast.simulator.errors import SimulatorError
from funnelcast.simulator.scenarios import SCENARIOS
from funnelcast.simulator.simulate import simulate

__all__ = ["SCENARIOS", "SimulatorError", "simulate"]
