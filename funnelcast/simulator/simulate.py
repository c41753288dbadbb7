"""`simulate`: the door of the package."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from configs.progress import SILENT, Progress
from funnelcast.simulator.arrays import Clock
from funnelcast.simulator.bundle_writer import check_folder, write_bundle
from funnelcast.simulator.errors import BadSizeError
from funnelcast.simulator.scenarios import find_scenario
from funnelcast.simulator.world import World

FEWEST_LEADS, MOST_LEADS = 50, 5_000_000
FIRST_YEAR, LAST_YEAR = 2018, 2035  # the lunar calendar is known for these, and for two years before


def simulate(out: Path, leads: int, seed: int, scenario: str, as_of: datetime, progress: Progress = SILENT) -> None:
    """Write the bundle of a simulated seller over the 24 months that end at as_of, and `planted_truth.json`.

    Deterministic in (leads, seed, scenario, as_of). The planted truth is told in `world.py` and `truth.py`.

    Parameters
    ----------
    out: folder; absent, empty, or an earlier simulation that is replaced
    leads: rows of `leads`, at least 50
    seed: 0 or more
    scenario: a name in SCENARIOS
    as_of: aware moment; nothing happens after it

    Raises
    ------
    SimulatorError: an argument or the folder is refused.
    """
    found = find_scenario(scenario)
    _check(leads, seed, as_of)
    check_folder(out)
    progress.say(f"Simulating {leads:,} leads, scenario {scenario}, seed {seed}.")
    world = World(leads, seed, found, Clock.until(as_of))
    world.draw()
    write_bundle(out, world.tables, world.truth, progress)


def _check(leads: int, seed: int, as_of: datetime) -> None:
    if not FEWEST_LEADS <= leads <= MOST_LEADS:
        raise BadSizeError(f"Leads must be between {FEWEST_LEADS} and {MOST_LEADS:,}, but got leads={leads}.")
    if seed < 0:
        raise BadSizeError(f"Seed must be 0 or more, but got seed={seed}.")
    if as_of.tzinfo is None:
        raise BadSizeError(f"as_of must name its time zone, but got {as_of.isoformat()}.")
    if not FIRST_YEAR <= as_of.year <= LAST_YEAR:
        raise BadSizeError(f"as_of must lie in {FIRST_YEAR} to {LAST_YEAR}, but got {as_of.isoformat()}.")
