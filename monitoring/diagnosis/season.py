"""Is it the season: whether the same weeks a year before had the same anomaly.

The cases of now and those `season_days` (52 weeks) before are measured alike: growth of the pile, or drop of the share
that moves on, each against its own windows before. Where the data begin too late for that, last year's weeks are
measured against the windows after them: a season ends. Around the Spring Festival, which moves in the solar calendar,
the weeks are also laid festival on festival.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from math import log, sqrt

import holidays
import numpy as np
import pandas as pd

from configs.settings import Settings
from crm_core.funnel.figures import DAY
from monitoring.diagnosis.cases import Cases
from monitoring.diagnosis.facts import CaseFacts
from monitoring.diagnosis.look import Look, ramp
from monitoring.texts import Text, percent

FESTIVAL_REACH_DAYS = 60
# A pile varies more than Poisson has it: of calm weeks a year before, some reach 2.9.
SURE = (4.0, 2.0)  # standard errors of last year's anomaly that count in full, and from which they count
ALIKE = (0.6, 0.2)  # size of last year's anomaly as a share of this one, likewise
RAMP_DAYS = 30  # a funnel that has just begun fills up: that is no season


def lags(as_of: date, settings: Settings) -> list[int]:
    """Days back to the same weeks a year before.

    >>> from configs.settings import load_settings
    >>> lags(date(2026, 6, 30), load_settings()), lags(date(2026, 3, 1), load_settings())
    ([364], [364, 384])
    """
    found = [settings.diagnosis.season_days]
    festivals = {day.year: day for day in _festivals(as_of, settings.calendar.country)}
    this, last = festivals.get(as_of.year), festivals.get(as_of.year - 1)
    if this and last and 0 <= (as_of - this).days <= FESTIVAL_REACH_DAYS:
        found.append((this - last).days)
    return found


def windows_told(facts: CaseFacts, cases: Cases, lag: int) -> int:
    """How many windows before the weeks a year before the data reach back to, at most as many as now; where they reach
    back to those weeks alone, as many after them, negative; 0 where not even to them.

    Windows from before the data began would stand there as empty ones, and every pile after them as a season.
    """
    first = facts.funnel.leads["created_at"].min()
    if pd.isna(first):
        return 0
    told = (cases.end - first.to_datetime64()) / DAY - lag - RAMP_DAYS
    fit = int(told // cases.days)
    return min(cases.windows, fit - 1) if fit > 1 else -cases.windows if fit == 1 else 0


def compare_years(now: Cases, then: Cases) -> Look:
    """How much of the anomaly of now the year before had too. A pile also holds who came before the season, so of it
    the share of the leads that came in is compared as well, and the clearer of the two is told.
    """
    names = ("pile grew by", "存量增长") if now.is_stock else ("share that moves on fell by", "推进率下降")
    looks = [_compared(now, then, names)]
    if now.is_stock:
        names = ("share of the leads come in that moves on fell by", "新进入线索的推进率下降")
        looks.append(_compared(_of_fresh(now), _of_fresh(then), names))
    return max(looks, key=lambda look: look.strength)


def _compared(now: Cases, then: Cases, names: tuple[str, str]) -> Look:
    one, spread_one = size(now)
    two, spread_two = size(then)
    sure = ramp(two / max(spread_two, 1e-6), *SURE)
    alike = ramp(two / one, *ALIKE) if one > 0 else 0.0
    figures = {"size_now": one, "size_year_before": two, "spread_now": spread_one, "spread_year_before": spread_two}
    figures |= {"change_now": _change(now), "change_year_before": _change(then)}
    text = Text(
        f"In the same weeks a year before the {names[0]} {percent(abs(_change(then)))}, now by "
        f"{percent(abs(_change(now)))}.",
        f"去年同期{names[1]}{percent(abs(_change(then)))}，本期为{percent(abs(_change(now)))}。",
    )
    return Look("season", alike * sure, figures, text)


def _of_fresh(cases: Cases) -> Cases:
    """The cases that came within their window, judged by the share that moves on."""
    kept = cases.is_fresh
    columns = {name: getattr(cases, name)[kept] for name in ("lead", "window", "is_hit", "stands", "is_fresh")}
    return replace(cases, **columns, is_stock=False)


def size(cases: Cases) -> tuple[float, float]:
    """Size of an anomaly and its spread: logarithm of the pile's growth, or of the odds that fell."""
    if cases.is_stock:
        now, before = cases.stock(True) + 0.5, cases.stock(False) + 0.5
        return log(now / before), sqrt(1 / now + 1 / (before * cases.windows))
    n1, f1 = int(cases.is_now.sum()), int((cases.is_hit & cases.is_now).sum())
    n0, f0 = int((~cases.is_now).sum()), int((cases.is_hit & ~cases.is_now).sum())
    cells = [f1 + 0.5, n1 - f1 + 0.5, f0 + 0.5, n0 - f0 + 0.5]
    return log(cells[2] / cells[3]) - log(cells[0] / cells[1]), sqrt(sum(1 / cell for cell in cells))


def _change(cases: Cases) -> float:
    if cases.is_stock:
        return cases.stock(True) / max(cases.stock(False), 1.0) - 1
    before = cases.share(False)
    return float(np.nan_to_num(cases.share(True) / before - 1)) if before else 0.0


def _festivals(as_of: date, country: str) -> Iterator[date]:
    """First day of the Spring Festival, by the country's public holidays, in this year and the last."""
    for year in (as_of.year - 1, as_of.year):
        days = holidays.country_holidays(country, years=year, language="en_US")
        named = [day for day, name in days.items() if "Spring Festival" in name or "Lunar New Year" in name]
        spring = [day for day in named if date(year, 1, 15) < day < date(year, 3, 1)]
        if spring:
            yield min(spring) + timedelta(days=0)
