"""The worlds that can be simulated, as a table: a new one is a new entry.

`calm`        nothing unusual happens.
`trade_show`  the case of mission W2: in the last 30 days the trade-show channel grows from 12 % to 39 % of the new
              leads by small firms whose budget is far below the price; they pile up in technical_exchange.
"""

from __future__ import annotations

from dataclasses import dataclass

from funnelcast.simulator.errors import UnknownScenarioError


@dataclass(frozen=True)
class ChannelSurge:
    """Added leads of one channel in the last days, most of which get stuck in one stage.

    Shares are in 0..1. The figures are reached by counting: the number of added leads that stand in the stage at as_of
    is what the undisturbed stock lacks to the planted one.
    """

    channel_id: str
    days: int
    share_before: float
    share_after: float
    stage: str
    stock_growth: float
    small_share_of_stuck: float
    budget_share: tuple[float, float]


@dataclass(frozen=True)
class Scenario:
    """A world: its name, the cause a diagnosis should name (None: nothing to name), and what disturbs it."""

    name: str
    cause: str | None = None
    surge: ChannelSurge | None = None


_SCENARIOS = (
    Scenario("calm"),
    Scenario(
        "trade_show",
        cause="channel_mix_shift",
        surge=ChannelSurge(
            channel_id="trade_show",
            days=30,
            share_before=0.12,
            share_after=0.39,
            stage="technical_exchange",
            stock_growth=0.82,
            small_share_of_stuck=0.76,
            budget_share=(0.12, 0.38),
        ),
    ),
)
SCENARIOS = {scenario.name: scenario for scenario in _SCENARIOS}


def find_scenario(name: str) -> Scenario:
    """The scenario of that name.

    Raises
    ------
    UnknownScenarioError: there is none; the message names those there are.
    """
    if name not in SCENARIOS:
        raise UnknownScenarioError(f"Scenario must be one of {', '.join(SCENARIOS)}, but got {name!r}.")
    return SCENARIOS[name]
