"""All alarms of the funnel at as_of."""

from __future__ import annotations

from datetime import datetime

from configs.settings import Settings
from crm_core.funnel.alarm import Alarm
from crm_core.funnel.facts import FunnelFacts
from crm_core.funnel.milestones import milestones
from crm_core.funnel.share_alarms import conversion_alarms, milestone_alarms
from crm_core.funnel.stock_alarms import stock_alarms
from crm_core.funnel.sync_alarms import sync_alarms


def alarms(facts: FunnelFacts, settings: Settings, as_of: datetime) -> list[Alarm]:
    """Stocks, then conversions, milestones and synchronisation; each in the order of the funnel.

    Raises
    ------
    ValueError: the facts are those of another moment.
    """
    if as_of != facts.as_of:
        raise ValueError(f"Alarms must be judged at the moment of the facts, {facts.as_of}, but got as_of={as_of}.")
    rules = settings.funnel.alarms
    return [
        *stock_alarms(facts, rules, settings.calendar),
        *conversion_alarms(facts, rules),
        *milestone_alarms(facts, milestones(facts, settings), rules),
        *sync_alarms(facts, rules),
    ]
