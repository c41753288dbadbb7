"""How much work there is for those who do it: new leads and hours of activities per hour of capacity, now and before.

Capacity: week by week the hours of everybody who did something in that week (an activity, or a lead that came to them);
who has no figure counts with the mean of the others, or 40 hours. A rep who left is missing as a fact of the weeks
before, whatever the table of reps says today; in the window of now those whom the table says inactive are missing too,
though calls may still be booked on their names.

Who has too much to do still moves on as many leads an hour as ever, only the others wait. Where an hour of capacity
moves on far fewer than before, growth of the work is not why.
"""

from __future__ import annotations

from math import exp, sqrt
from typing import Any

import numpy as np
import pandas as pd

from configs.sections import Diagnosis
from monitoring.diagnosis.ages import days_before
from monitoring.diagnosis.cases import Cases
from monitoring.diagnosis.facts import CaseFacts
from monitoring.diagnosis.look import Look, ramp
from monitoring.texts import Text, percent

DEFAULT_HOURS = 40.0
SECONDS = 3600.0
DEFAULT_SECONDS = 900.0  # of an activity whose duration nobody noted
FEWEST = 20
FULL_USE = (0.5, 0.9)  # hours of activities per hour of capacity: no longer light, and full
WEEK = 7
AS_MANY = (0.75, 0.5)  # leads moved on per hour to those before: as ever, and too few for a lack of hours
MORE_OF_STUCK = 1.15  # a team's share of the stuck to its share of the cases, from which the trouble is its own


def look_at_workload(facts: CaseFacts, cases: Cases, rules: Diagnosis) -> Look:
    """Growth of the load on all, or on the team where the trouble is."""
    work = _work(facts)
    team = _team_of_stuck(facts, cases)
    whole = _load(work, facts, cases, None)
    part = _load(work, facts, cases, team) if team else {}
    figures = max((whole, part), key=_growth)
    if not figures:
        return Look("workload", 0.0)
    growth = _growth(figures)
    ratio, kept_up = _moved_on_per_hour(figures, facts, cases)
    figures["moved_on_per_hour"] = ratio
    but = Text("", "")
    if ratio is not None and kept_up < 1:
        but = Text(
            f" An hour moves on {percent(ratio)} as many leads as before; a lack of hours alone would not do that.",
            f"单位工时推进的线索仅为此前的{percent(ratio)}，单靠人手不足不会如此。",
        )
    text = Text(
        f"The work per hour of capacity is {growth:+.0%} against before: {figures['leads_per_rep_now']:.1f} new leads "
        f"a rep (before {figures['leads_per_rep_before']:.1f}), {figures['reps_now']:.0f} reps at work "
        f"(before {figures['reps_before']:.0f}).{but.en}",
        f"单位产能工作量较此前变化{growth:+.0%}：人均新线索{figures['leads_per_rep_now']:.1f}条"
        f"（此前{figures['leads_per_rep_before']:.1f}条），在岗{figures['reps_now']:.0f}人"
        f"（此前{figures['reps_before']:.0f}人）。{but.zh}",
    )
    strength = ramp(growth, rules.load_growth, rules.load_growth / 2) * kept_up
    return Look("workload", strength, {**figures, "growth": growth}, text)


def _moved_on_per_hour(figures: dict[str, Any], facts: CaseFacts, cases: Cases) -> tuple[float | None, float]:
    """Leads moved on per hour of capacity to those of before, and 0..1: how well, at best, that fits a lack of hours.

    At best: one standard error up (Poisson). A milestone says nothing of it.
    """
    mine = cases.is_hit
    if figures["team"] is not None:
        mine = mine & (facts.funnel.leads["team"].iloc[cases.lead] == figures["team"]).to_numpy()
    now, before = int((mine & cases.is_now).sum()), int((mine & ~cases.is_now).sum())
    hours = figures["capacity_hours_now"] / max(figures["capacity_hours_before"], 1e-9)
    if not cases.stands.any() or min(now, before, hours) == 0:
        return None, 1.0
    ratio = now / (before / cases.windows) / hours
    return ratio, ramp(ratio * exp(sqrt(1 / now + 1 / before)), *AS_MANY)


def _work(facts: CaseFacts) -> pd.DataFrame:
    """One row per piece of work: rep_id, at, seconds (0 for a lead that came in), is_lead."""
    leads = facts.funnel.leads
    done = facts.activities
    parts = [
        pd.DataFrame({"rep_id": leads["rep_id"], "at": leads["created_at"], "seconds": 0.0, "is_lead": True}),
        pd.DataFrame(
            {
                "rep_id": done["rep_id"], "at": done["occurred_at"], "is_lead": False,
                "seconds": done["duration_seconds"].fillna(DEFAULT_SECONDS),
            }
        ),
    ]  # fmt: skip
    work = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return work[work["rep_id"].notna().to_numpy()]


def _team_of_stuck(facts: CaseFacts, cases: Cases) -> str | None:
    """The team that holds more than half of the stuck, and more of them than of the cases, if there are several."""
    teams = facts.funnel.leads["team"].iloc[cases.lead[cases.is_now]].reset_index(drop=True)
    shares = teams[cases.is_stuck[cases.is_now]].value_counts(normalize=True)
    if shares.empty or facts.reps["team"].nunique() < 2:
        return None
    share, of_cases = shares.iloc[0], (teams.dropna() == shares.index[0]).mean()
    return str(shares.index[0]) if share > 0.5 and share > MORE_OF_STUCK * of_cases else None


def _load(work: pd.DataFrame, facts: CaseFacts, cases: Cases, team: str | None) -> dict[str, Any]:
    if team is not None:
        work = work[(work["rep_id"].map(facts.reps["team"]) == team).to_numpy()]
    age = days_before(cases.end, work["at"])
    inside = (age >= 0) & (age < cases.days * (1 + cases.windows))
    window = (age[inside] // cases.days).astype(int)
    work = work[inside].assign(age=age[inside] % cases.days)
    if min((window == 0).sum(), (window > 0).sum()) < FEWEST:
        return {}
    hours = _capacity(facts)
    here = hours.where((facts.reps["active"] != False).to_numpy(), 0.0)  # noqa: E712 (None: nothing is said)
    tables = [
        _figures(work[window == number], hours if number else here, cases.days) for number in range(cases.windows + 1)
    ]
    before = pd.DataFrame(tables[1:]).mean()
    figures: dict[str, Any] = {"team": team}
    for name, value in tables[0].items():
        figures |= {f"{name}_now": value, f"{name}_before": float(before[name])}
    return figures


def _capacity(facts: CaseFacts) -> pd.Series[Any]:
    hours = facts.reps["weekly_capacity_hours"].astype(float)
    usual = hours.mean() if hours.notna().any() else DEFAULT_HOURS
    return hours.fillna(usual).clip(lower=1.0)


def _figures(work: pd.DataFrame, hours: pd.Series[Any], days: int) -> dict[str, float]:
    """Figures of one window; `age` in `work` counts days up to its end. Who has no hours is not at work."""
    weeks = max(days / WEEK, 1.0)
    at_work = work.assign(week=np.minimum(work["age"] // WEEK, int(weeks) - 1))[["rep_id", "week"]].drop_duplicates()
    default = float(hours[hours > 0].mean()) if (hours > 0).any() else DEFAULT_HOURS
    each = at_work["rep_id"].map(hours).fillna(default)
    capacity, count = float(each.sum()) / int(weeks), float((each > 0).sum()) / int(weeks)
    leads, done = float(work["is_lead"].sum()), float(work["seconds"].sum()) / SECONDS
    return {
        "reps": count, "capacity_hours": capacity, "leads": leads,
        "leads_per_rep": leads / max(count, 1), "leads_per_capacity_hour": leads / max(capacity, 1.0),
        "use": done / max(capacity * weeks, 1.0),
    }  # fmt: skip


def _growth(figures: dict[str, Any]) -> float:
    """The larger of the growth of leads per hour of capacity, and of the hours worked where they fill it."""
    if not figures:
        return -1.0
    leads = figures["leads_per_capacity_hour_now"] / max(figures["leads_per_capacity_hour_before"], 1e-9) - 1
    use = figures["use_now"] / max(figures["use_before"], 1e-9) - 1 if figures["use_before"] > 0 else 0.0
    return float(max(leads, use * ramp(figures["use_now"], FULL_USE[1], FULL_USE[0])))
