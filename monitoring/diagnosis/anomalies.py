"""Which anomalies are looked into: the cases behind each alarm, or those of a stage that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from configs.settings import Settings
from crm_core.funnel import Alarm, alarms, milestones
from crm_core.funnel.figures import DAY, steps_of
from crm_core.funnel.stock_alarms import stock_alarms
from monitoring.diagnosis.cases import Cases, milestone_cases, stage_cases
from monitoring.diagnosis.errors import UnknownStageError
from monitoring.diagnosis.facts import CaseFacts
from monitoring.diagnosis.season import lags, size, windows_told
from monitoring.diagnosis.slow_alarms import slow_alarms

MOST_QUIET = 2


def raised(facts: CaseFacts, settings: Settings, as_of: datetime, days: int, stage: str | None) -> list[Alarm]:
    """The alarms at as_of; with a stage its own, and those of the synchronisation, which concern every stage.

    Raises
    ------
    UnknownStageError: the funnel has no such stage.
    """
    names = settings.funnel.names()
    if stage is not None and stage not in names:
        raise UnknownStageError(f"A stage to diagnose must be one of {', '.join(names)}, but got {stage!r}.")
    found = alarms(facts.funnel, settings, as_of)
    found += slow_alarms(facts, days, settings, found)
    return [alarm for alarm in found if stage in (None, alarm.stage) or alarm.rule == "sync"]


def anomalies(
    facts: CaseFacts, told: Sequence[Alarm], days: int, settings: Settings, stage: str | None
) -> list[tuple[Cases, list[Cases]]]:
    """Per anomaly its cases and those of the same weeks a year before.

    An alarm of the synchronisation alone, or a stage that was asked for and is calm, is looked into where the figures
    moved most.
    """
    windows = settings.diagnosis.before_windows
    found = [_of_alarm(facts, alarm, days, settings, 0, windows) for alarm in told if alarm.rule != "sync"]
    if not found and (told or stage):
        found = [_worst(facts, days, settings, stage)]
    alarmed: list[Alarm | None] = [alarm for alarm in told if alarm.rule != "sync"]
    alarmed = alarmed or [None] * len(found)
    return [(cases, _then(facts, cases, alarm, settings)) for cases, alarm in zip(found, alarmed, strict=True)]


def _of_alarm(facts: CaseFacts, alarm: Alarm, days: int, settings: Settings, lag: int, windows: int) -> Cases:
    place = [stage.name for stage in facts.funnel.funnel.stages].index(alarm.stage)
    end = facts.now - lag * DAY
    if alarm.rule == "milestone":
        named = alarm.figures["milestone"]
        cases = next(one.cases for one in milestones(facts.funnel, settings) if one.name == named)
        return milestone_cases(cases, alarm.stage, place, days, windows, end)
    return stage_cases(facts, place, days, windows, end, alarm.rule == "stage_stock")


def quiet_anomalies(facts: CaseFacts, days: int, settings: Settings) -> list[tuple[Cases, list[Cases]]]:
    """Without an alarm: the stages whose pile or share moved beyond `quiet_z` standard errors, at most two, those whose
    stock grew beyond the line first.
    """
    grown = {alarm.stage for alarm in growths(facts, settings)}
    found = [cases for cases in _by_size(facts, days, settings, None) if _z(cases) >= settings.diagnosis.quiet_z]
    found.sort(key=lambda cases: not (cases.is_stock and cases.stage in grown))
    return [(cases, _then(facts, cases, None, settings)) for cases in found[:MOST_QUIET]]


def growths(facts: CaseFacts, settings: Settings) -> list[Alarm]:
    """Stocks beyond the line of F5 by growth and number alone, though their history could explain them."""
    return stock_alarms(facts.funnel, settings.funnel.alarms.model_copy(update={"alpha": 1.0}), settings.calendar)


def _worst(facts: CaseFacts, days: int, settings: Settings, stage: str | None) -> Cases:
    """The stage, or the one asked for, whose pile or share moved most."""
    return _by_size(facts, days, settings, stage)[0]


def _by_size(facts: CaseFacts, days: int, settings: Settings, stage: str | None) -> list[Cases]:
    stages, windows = facts.funnel.funnel.stages, settings.diagnosis.before_windows
    places = [place for place, _ in steps_of(facts.funnel) if stages[place].outcome is None]
    places = [place for place in places if stage in (None, stages[place].name)]
    both = [
        stage_cases(facts, place, days, windows, facts.now, is_stock) for place in places for is_stock in (True, False)
    ]
    return sorted(both, key=_z, reverse=True)


def _z(cases: Cases) -> float:
    value, spread = size(cases)
    return value / max(spread, 1e-6) if cases.is_now.any() else 0.0


def _then(facts: CaseFacts, cases: Cases, alarm: Alarm | None, settings: Settings) -> list[Cases]:
    found = []
    for lag in lags(facts.funnel.as_of.date(), settings):
        windows = windows_told(facts, cases, lag)
        if windows and alarm is not None:
            found.append(_of_alarm(facts, alarm, cases.days, settings, lag, windows))
        elif windows:
            end = cases.end - lag * DAY
            found.append(stage_cases(facts, cases.place, cases.days, windows, end, cases.is_stock))
    return found
