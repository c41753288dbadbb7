"""How many hours of this week each rep still has: capacity by the working calendar, less what was spent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from sqlalchemy import Engine, func, select

from configs.sections import Calendar
from configs.settings import Settings
from crm_core.access.ownership import is_of
from crm_core.access.scope import EVERYBODYS, Scope
from crm_core.database import read_transaction
from crm_core.funnel.working_time import WorkingTime
from crm_core.tables import Activity, Rep

HOUR_SECONDS = 3600.0
MOST_WEEKS_OFF = 3  # looked ahead for one that is worked


@dataclass(frozen=True)
class RepWeek:
    """Hours of a rep in the week under way, or in the next one where nothing of this one is worked any more.

    capacity_hours: of the whole week, less for holidays. left_hours: what is neither spent nor past.
    """

    starts_at: datetime
    capacity_hours: float
    spent_hours: float
    left_hours: float


def rep_weeks(engine: Engine, settings: Settings, now: datetime, scope: Scope = EVERYBODYS) -> dict[str, RepWeek]:
    """The week of every active rep of the scope, by rep_id. Spent are the durations of the rep's activities since
    Monday; one without a duration counts `priority.unmeasured_activity_hours`.
    """
    rules, calendar = settings.priority, settings.calendar
    of_scope = (is_of(scope, Rep.rep_id), Rep.active.is_not(False))
    with read_transaction(engine) as connection:
        query = select(Rep.rep_id, Rep.team, Rep.weekly_capacity_hours).where(*of_scope)
        reps = connection.execute(query).all()
        weeks = {team: _Week.of(calendar, team, now) for team in {rep.team for rep in reps}}
        since = min((week.starts_at for week in weeks.values()), default=now)
        seconds = func.coalesce(Activity.duration_seconds, rules.unmeasured_activity_hours * HOUR_SECONDS)
        spent = (
            select(Activity.rep_id, func.sum(seconds))
            .where(Activity.occurred_at >= since, Activity.occurred_at <= now, Activity.rep_id.is_not(None))
            .group_by(Activity.rep_id)
        )
        used = {rep_id: float(total) / HOUR_SECONDS for rep_id, total in connection.execute(spent)}
    return {
        rep_id: weeks[team].of_rep(rules.usual_weekly_hours if hours is None else float(hours), used.get(rep_id, 0.0))
        for rep_id, team, hours in reps
    }


@dataclass(frozen=True)
class _Week:
    """worked_share: of a usual week's working time, what this week has; left_share: what of the week's is to come."""

    starts_at: datetime
    is_next: bool
    worked_share: float
    left_share: float

    @classmethod
    def of(cls, calendar: Calendar, team: str | None, now: datetime) -> _Week:
        plan = calendar.teams.get(team or "", calendar)
        local = now.astimezone(ZoneInfo(calendar.timezone))
        monday = (local - timedelta(days=local.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
        starts = [(monday + timedelta(weeks=n)).astimezone(UTC) for n in range(MOST_WEEKS_OFF + 2)]
        clock = WorkingTime(calendar, plan, _naive(starts[0]), _naive(starts[-1]))
        usual = len(plan.weekdays) * sum((_minutes(end) - _minutes(start)) * 60 for start, end in plan.hours)
        for start, end in pairwise(starts):
            whole, left = clock.between(_moments(start, max(start, now)), _moments(end, end))
            if left > 0:
                return cls(start, start > now, min(1.0, float(whole) / usual), float(left / whole))
        return cls(starts[0], False, 0.0, 0.0)

    def of_rep(self, weekly_hours: float, spent_hours: float) -> RepWeek:
        capacity = weekly_hours * self.worked_share
        spent = 0.0 if self.is_next else spent_hours
        left = max(0.0, min(capacity - spent, capacity * self.left_share))
        return RepWeek(self.starts_at, round(capacity, 2), round(spent, 2), round(left, 2))


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _naive(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")


def _moments(*moments: datetime) -> pd.Series[Any]:
    return pd.Series([moment.astimezone(UTC).replace(tzinfo=None) for moment in moments])
