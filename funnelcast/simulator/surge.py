"""Plants a channel surge (scenario `trade_show`) on top of an undisturbed world."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from funnelcast.simulator.arrays import DAY, HOUR, NEVER, Bools, Clock, Ints, Texts, column
from funnelcast.simulator.journeys import STAGE_COUNT, Journeys, stage_stock
from funnelcast.simulator.lead_profiles import draw_leads
from funnelcast.simulator.scenarios import ChannelSurge
from funnelcast.simulator.truth import is_small
from funnelcast.simulator.vocabulary import OPEN_STAGES, SMALL_FIRM_EMPLOYEES
from funnelcast.simulator.work_calendar import WorkCalendar

NOT_STUCK_SMALL_SHARE = 0.85
# Where the added leads that are not stuck stand at as_of: still in an early stage, or lost from one.
OTHER_STAGES = np.array([1, 1, 1, 2, 2])
LOST_SHARE = 0.9


@dataclass(frozen=True)
class SurgePlan:
    """How many leads are added, how many of them stand in the stage at as_of, and how many of those are small."""

    added: int
    stuck: int
    stuck_small: int


def added_leads(leads: int, surge: ChannelSurge, calendar: WorkCalendar) -> int:
    """How many of all leads are the surge's, so that the channel's share becomes what is planted."""
    demand = calendar.demand()
    recent = demand[-surge.days :].sum() / demand.sum()
    ratio = recent * (surge.share_after - surge.share_before) / (1 - surge.share_after)
    return round(float(leads * ratio / (1 + ratio)))


def plan_surge(added: int, surge: ChannelSurge, leads: pd.DataFrame, journeys: Journeys, clock: Clock) -> SurgePlan:
    """Count what the undisturbed stock lacks to the planted growth and share of small firms."""
    stage = OPEN_STAGES.index(surge.stage)
    before = int(stage_stock(journeys, clock.as_of - surge.days * DAY, stage).sum())
    now = stage_stock(journeys, clock.as_of, stage)
    target = round(before * (1 + surge.stock_growth))
    stuck = int(np.clip(target - now.sum(), 0, added))
    small_now = int((now & is_small(leads)).sum())
    stuck_small = int(np.clip(round(surge.small_share_of_stuck * (now.sum() + stuck)) - small_now, 0, stuck))
    return SurgePlan(added, stuck, stuck_small)


def draw_surge(
    plan: SurgePlan,
    surge: ChannelSurge,
    pool: pd.DataFrame,
    reps: pd.DataFrame,
    calendar: WorkCalendar,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, Journeys]:
    """The added leads with their paths; the first `plan.stuck` rows are those that stand in the stage at as_of."""
    created = _creation(plan, surge, calendar, rng)
    channel: Texts = np.full(plan.added, surge.channel_id, dtype=object)
    leads = draw_leads(created, channel, pool.iloc[:0], reps, rng)
    small = rng.random(plan.added) < NOT_STUCK_SMALL_SHARE
    small[: plan.stuck] = np.arange(plan.stuck) < plan.stuck_small
    _shrink(leads, small, surge, rng)
    return leads, _paths(plan, surge, created, calendar, rng)


def _creation(plan: SurgePlan, surge: ChannelSurge, calendar: WorkCalendar, rng: np.random.Generator) -> Ints:
    """Scanned at the stand in show hours; those that are stuck came early enough to have got there."""
    as_of = calendar.clock.as_of
    days = rng.uniform(2.5, surge.days - 0.5, plan.added)
    days[: plan.stuck] = rng.uniform(9.0, surge.days - 0.5, plan.stuck)
    moments = as_of - (days * DAY).astype(np.int64)
    hour = rng.integers(9 * HOUR, 17 * HOUR, plan.added)
    shown = moments // DAY * DAY + hour
    opening = as_of - surge.days * DAY
    return np.where((shown > opening) & (shown < as_of - HOUR), shown, moments)


def _shrink(leads: pd.DataFrame, small: Bools, surge: ChannelSurge, rng: np.random.Generator) -> None:
    """Give the rows their size, and the small ones a budget far below the price; all are new firms."""
    count = len(leads)
    tiny = np.clip(np.exp(rng.normal(np.log(22), 0.45, count)), 5, SMALL_FIRM_EMPLOYEES - 1).astype(np.int64)
    other = np.maximum(column(leads, "employees"), rng.integers(SMALL_FIRM_EMPLOYEES, 260, count))
    leads["employees"] = np.where(small, tiny, other)
    low, high = surge.budget_share
    leads["budget_share"] = np.where(small, rng.uniform(low, high, count), column(leads, "budget_share"))
    leads["is_planted"] = True


def _paths(
    plan: SurgePlan, surge: ChannelSurge, created: Ints, calendar: WorkCalendar, rng: np.random.Generator
) -> Journeys:
    """The stuck reach the stage and stay beyond as_of; of the rest some are lost early, some wait in early stages."""
    count = plan.added
    last = rng.choice(OTHER_STAGES, count)
    last[: plan.stuck] = OPEN_STAGES.index(surge.stage)
    entered = np.full((count, STAGE_COUNT), NEVER)
    entered[:, 0] = created
    moment = calendar.duty_moments(created + (rng.uniform(0.5, 16, count) * HOUR).astype(np.int64), rng)
    for stage in range(1, STAGE_COUNT):
        entered[:, stage] = np.where(last >= stage, moment, NEVER)
        moment = calendar.working_moments(moment + (rng.uniform(0.3, 2.2, count) * DAY).astype(np.int64), rng)
    entered = _held(entered, last, plan, calendar.clock)
    start = entered[np.arange(count), last]
    is_lost = rng.random(count) < LOST_SHARE
    is_lost[: plan.stuck] = False
    given_up = calendar.working_moments(start + (rng.uniform(0.7, 3, count) * DAY).astype(np.int64), rng)
    closed = np.where(is_lost, given_up, calendar.clock.as_of + rng.integers(5, 60, count) * DAY)
    return Journeys(entered, closed, np.zeros(count, bool), last, np.full(count, np.nan))


def _held(entered: Ints, last: Ints, plan: SurgePlan, clock: Clock) -> Ints:
    """Long holidays can carry a path beyond as_of: the stuck are pulled back, evenly between capture and as_of."""
    rows = np.flatnonzero(
        (np.arange(len(entered)) < plan.stuck) & (entered[np.arange(len(entered)), last] > clock.as_of)
    )
    for row in rows:
        steps = np.linspace(entered[row, 0], clock.as_of - HOUR, last[row] + 1)
        entered[row, : last[row] + 1] = steps.astype(np.int64)
    return entered
