"""Alarm F5: the stock of a stage grows from period to period, beyond its usual ups and downs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from configs.sections import Alarms, Calendar
from crm_core.funnel.alarm import Alarm, days_in_a_row
from crm_core.funnel.facts import FunnelFacts
from crm_core.funnel.figures import DAY, steps_of
from crm_core.funnel.significance import FEWEST_BLOCKS, high_count_p, higher_count_p, trend_count_p
from crm_core.funnel.working_time import days_after_holidays

WEEK = 7


def stock_alarms(facts: FunnelFacts, rules: Alarms, calendar: Calendar) -> list[Alarm]:
    """One alarm per stage whose stock is up by more than `stock_growth` on the moment a period ago, is at least
    `min_stock`, and is higher than the stocks of the same weekday and hour in the `history_days` before the period can
    explain, nor the line on which they rise; with too little history, and in an open stage, than that of a period ago.
    On public holidays leads come in and nobody moves them: what began then is told once a day has been worked.

    The last condition keeps a stock that merely returns from a holiday's low silent. Stages that nobody is meant to
    leave (lost, and the last won one) have no alarm; won ones, which fill up for months, have none without a history.
    With `alpha` 1 growth and number alone decide.
    """
    idle = days_after_holidays(facts.as_of, calendar)
    found = [_judge(facts, place, rules, idle) for place, _ in steps_of(facts)]
    return [alarm for alarm in found if alarm]


def _judge(facts: FunnelFacts, place: int, rules: Alarms, idle_days: int) -> Alarm | None:
    is_won = facts.funnel.stages[place].outcome is not None
    fill_days = rules.period_days * (2 if is_won else 1)
    stock = _daily_stock(facts, place, 2 * rules.period_days + rules.history_days, fill_days)
    if is_won and len(_usual(stock, 0, rules)) < FEWEST_BLOCKS:
        return None
    days = days_in_a_row(lambda day: _holds(stock, day, rules), rules.period_days)
    return _alarm(facts, place, stock, days, rules) if days > idle_days else None


def _daily_stock(facts: FunnelFacts, place: int, days: int, fill_days: int) -> npt.NDArray[np.int64]:
    """[days + 1] stock at as_of and at the same hour of each day before it; -1 while the funnel had not filled up."""
    stays = facts.stays[facts.stays["stage"] == place]
    moments = facts.now - np.arange(days + 1) * DAY
    entered, left = np.sort(stays["entered_at"].to_numpy()), np.sort(stays["left_at"].dropna().to_numpy())
    stock = np.searchsorted(entered, moments, side="right") - np.searchsorted(left, moments, side="right")
    first = pd.Timestamp(facts.leads["created_at"].min()).to_datetime64()  # without a lead no time at all
    return np.where(moments >= first + fill_days * DAY, stock, -1).astype(np.int64)


def _usual(stock: npt.NDArray[np.int64], day: int, rules: Alarms) -> npt.NDArray[np.float64]:
    """Stocks on the same weekday before the period that ends on `day`."""
    first = day + -(-rules.period_days // WEEK) * WEEK
    usual = stock[first : day + rules.period_days + rules.history_days : WEEK]
    return usual[usual >= 0].astype(float)


def _holds(stock: npt.NDArray[np.int64], day: int, rules: Alarms) -> bool:
    now, before = int(stock[day]), int(stock[day + rules.period_days])
    if before < 0 or now < rules.min_stock or now <= (1 + rules.stock_growth) * before:
        return False
    return _p_value(stock, day, rules) <= rules.alpha


def _p_value(stock: npt.NDArray[np.int64], day: int, rules: Alarms) -> float:
    """Against what is usual; with too little history against a period ago and the same weekdays around it."""
    usual = _usual(stock, day, rules)
    if len(usual) >= FEWEST_BLOCKS:
        ahead = -(-rules.period_days // WEEK)
        return max(high_count_p(int(stock[day]), usual), trend_count_p(int(stock[day]), usual, ahead))
    week = day + rules.period_days // WEEK * WEEK
    return higher_count_p(int(stock[day]), int(stock[[day + rules.period_days, week, week + WEEK]].max()))


def _alarm(facts: FunnelFacts, place: int, stock: npt.NDArray[np.int64], days: int, rules: Alarms) -> Alarm:
    stage, period = facts.funnel.stages[place], rules.period_days
    now, before, usual = int(stock[0]), int(stock[period]), _usual(stock, 0, rules)
    change = now / max(before, 1) - 1
    usual = usual if len(usual) else np.array([float(before)])
    low, high = (int(bound) for bound in np.quantile(usual, [0.1, 0.9]))
    figures: dict[str, Any] = {
        "stock": now, "stock_before": before, "period_days": period, "days_in_a_row": days,
        "usual_mean": float(usual.mean()), "usual_low": low, "usual_high": high,
        "p_value": _p_value(stock, 0, rules),
    }  # fmt: skip
    return Alarm(
        "stage_stock", stage.name, before, now, change, facts.as_of - timedelta(days=days - 1), figures,
        en=f"The stock of “{stage.en}” grew from {before} to {now} leads ({change:+.0%}) in {period} days; "
        f"usual is {low} to {high}.",
        zh=f"“{stage.zh}”阶段的存量在{period}天内由{before}条增至{now}条（{change:+.0%}）；平时为{low}至{high}条。",
    )  # fmt: skip
