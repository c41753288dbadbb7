"""The way of each lead through the stages: when it enters each, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from funnelcast.simulator.arrays import (
    DAY,
    HOUR,
    NEVER,
    Bools,
    Clock,
    Floats,
    Ints,
    choose_by_row,
    column,
)
from funnelcast.simulator.truth import WIN_RATE, intercept_for, is_small, sigmoid, win_log_odds
from funnelcast.simulator.vocabulary import CHANNEL_IDS, CHANNELS, OPEN_STAGES
from funnelcast.simulator.work_calendar import WorkCalendar

STAGE_COUNT = len(OPEN_STAGES)
TECHNICAL = OPEN_STAGES.index("technical_exchange")
MEDIAN_DWELL_DAYS = np.array([0.0, 3.0, 5.5, 5.8, 6.0, 8.0])  # captured has the response time instead
DWELL_LOG_SD = 0.65
SMALL_TECHNICAL_FACTOR = (
    2.6  # small firms need longer to see that they can pay: they stand in the stage over three times as long
)
STALE_FACTOR = 1.4  # before a lead is given up it lies longer than one that moves on
SHORTEST_DWELL_DAYS = 0.02
UNANSWERED_DAYS = 6.0  # median until a lead that never answers is closed
LOST_WEIGHTS = np.array([0.05, 0.23, 0.22, 0.22, 0.14, 0.14])  # where losers of average quality end
LATER_PER_LOG_ODDS = 0.18  # better losers end later
SMALL_TECHNICAL_LOSS = 1.8


@dataclass(frozen=True)
class Journeys:
    """Full paths, beyond as_of too.

    Attributes
    ----------
    entered: [n, 6] moment of entering each open stage, NEVER where it is not reached
    closed_at: [n] moment of contract_signed or lost
    is_won: [n]
    last_stage: [n] index of the stage it closes from
    probability: [n] true win probability
    """

    entered: Ints
    closed_at: Ints
    is_won: Bools
    last_stage: Ints
    probability: Floats

    def stage_at(self, moment: int) -> Ints:
        """[n] index of the open stage at a moment; -1 before the capture, 6 when closed."""
        stage = (self.entered <= moment).sum(axis=1) - 1
        return np.where(self.closed_at <= moment, STAGE_COUNT, stage).astype(np.int64)

    def take(self, order: Ints) -> Journeys:
        """The journeys in another order."""
        return Journeys(
            self.entered[order],
            self.closed_at[order],
            self.is_won[order],
            self.last_stage[order],
            self.probability[order],
        )

    def joined(self, other: Journeys) -> Journeys:
        """These and then the others."""
        return Journeys(
            np.concatenate([self.entered, other.entered]),
            np.concatenate([self.closed_at, other.closed_at]),
            np.concatenate([self.is_won, other.is_won]),
            np.concatenate([self.last_stage, other.last_stage]),
            np.concatenate([self.probability, other.probability]),
        )


def draw_journeys(leads: pd.DataFrame, calendar: WorkCalendar, rng: np.random.Generator) -> tuple[Journeys, float]:
    """Paths that follow the planted truth, and the intercept that gives the planted win rate."""
    contacted = first_response(leads, calendar, rng)
    eta = win_log_odds(leads, (contacted - column(leads, "created")) / HOUR)
    intercept = intercept_for(eta, WIN_RATE)
    probability = sigmoid(eta + intercept)
    is_won = rng.random(len(leads)) < probability
    last = np.where(is_won, STAGE_COUNT - 1, _lost_stage(leads, eta - eta.mean(), rng))
    entered, closed_at = _walk(leads, contacted, last, is_won, calendar, rng)
    return Journeys(entered, closed_at, is_won, last, probability), intercept


def first_response(leads: pd.DataFrame, calendar: WorkCalendar, rng: np.random.Generator) -> Ints:
    """[n] moment of the first response: log-normal hours by channel and rep, in hours in which somebody is on duty."""
    by_channel = np.array([c.response_hours for c in CHANNELS])
    row = np.array([CHANNEL_IDS.index(c) for c in column(leads, "channel_id")])
    hours = by_channel[row] * column(leads, "rep_slowness") * np.exp(rng.normal(0, 0.9, len(leads)))
    start = calendar.duty_moments(column(leads, "created"), rng)
    return calendar.duty_moments(start + (np.clip(hours, 0.03, 120) * HOUR).astype(np.int64), rng)


def _lost_stage(leads: pd.DataFrame, quality: Floats, rng: np.random.Generator) -> Ints:
    steps = np.arange(STAGE_COUNT) - (STAGE_COUNT - 1) / 2
    weights = LOST_WEIGHTS * np.exp(LATER_PER_LOG_ODDS * np.outer(quality, steps))
    weights[:, TECHNICAL] *= np.where(is_small(leads), SMALL_TECHNICAL_LOSS, 1.0)
    return choose_by_row(rng, weights)


def _walk(
    leads: pd.DataFrame, contacted: Ints, last: Ints, is_won: Bools, calendar: WorkCalendar, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Moments of entering each stage and of closing."""
    count = len(leads)
    dwell = MEDIAN_DWELL_DAYS * np.exp(rng.normal(0, DWELL_LOG_SD, (count, STAGE_COUNT)))
    dwell[:, 0] = UNANSWERED_DAYS * np.exp(rng.normal(0, 0.3, count))  # matters only where it is closed from there
    dwell[:, TECHNICAL] *= np.where(is_small(leads), SMALL_TECHNICAL_FACTOR, 1.0)
    stale = np.where(is_won, 1.0, STALE_FACTOR)
    dwell[np.arange(count), last] *= stale
    entered = np.full((count, STAGE_COUNT), NEVER)
    entered[:, 0] = column(leads, "created")
    closed_at = np.full(count, NEVER)
    for stage in range(STAGE_COUNT):
        seconds = (np.maximum(dwell[:, stage], SHORTEST_DWELL_DAYS) * DAY).astype(np.int64)
        ends = calendar.working_moments(np.minimum(entered[:, stage], calendar.clock.as_of + 400 * DAY) + seconds, rng)
        closed_at = np.where(last == stage, ends, closed_at)
        if stage + 1 < STAGE_COUNT:
            following = contacted if stage == 0 else ends
            entered[:, stage + 1] = np.where(last > stage, following, NEVER)
    return entered, closed_at


def stage_stock(journeys: Journeys, moment: int, stage: int) -> Bools:
    """[n] who stands in a stage at a moment."""
    return np.asarray(journeys.stage_at(moment) == stage)


def cut(journeys: Journeys, clock: Clock) -> Journeys:
    """What is known at as_of: later moments become NEVER."""
    hide_entered = np.where(journeys.entered <= clock.as_of, journeys.entered, NEVER)
    hide_closed = np.where(journeys.closed_at <= clock.as_of, journeys.closed_at, NEVER)
    won = journeys.is_won & (hide_closed < NEVER)
    return Journeys(hide_entered, hide_closed, won, journeys.last_stage, journeys.probability)
