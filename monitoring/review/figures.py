"""The figures of a review pack: what its page shows and what its JSON holds are this one object."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from crm_core.findings import Finding
from crm_core.funnel import groups_of, period_figures
from crm_core.funnel.figures import is_forward, steps_of
from monitoring.diagnosis.evidence import NAMES, plain
from monitoring.diagnosis.incidents import incidents
from monitoring.intervals import wilson
from monitoring.review.decisions import outcomes, recorded
from monitoring.review.facts import Bounds, ReviewFacts, bounds, bounds_before
from monitoring.review.measures import Measure, is_new, measured
from monitoring.review.own_lists import grade_lists, list_sentence
from monitoring.review.period import Period
from monitoring.review.proposals import DIAGNOSIS, Proposal, propose
from monitoring.texts import Text

WEEKS = 12
MIX_RULE = "drift.channel_mix"


def review_figures(facts: ReviewFacts, period: Period, home: Path) -> tuple[dict[str, Any], list[Proposal]]:
    """Everything the pack says, as plain JSON, and the proposals it makes."""
    proposals, live = propose(facts, period), facts.settings.monitoring.live
    grade = grade_lists(facts, period, home)
    figures = {
        "period": period.name, "since": period.since.isoformat(), "until": period.until.isoformat(),
        "before": period.before_name, "is_whole": period.is_whole, "as_of": facts.funnel.as_of.isoformat(),
        "totals": _totals(facts, period), "stages": stage_rows(facts, period), "weeks": _weeks(facts, period),
        "milestones": _milestones(facts, period), "channels": [one.to_json() for one in facts.channels],
        "channel_mix": _channel_mix(facts, period), "incidents": _incidents(facts, period),
        "proposals": [one.to_json() for one in proposals],
        "had_pack_before": bool(recorded(facts.findings, period.before_name)),
        "outcomes": [one.to_json() for one in outcomes(facts, period)],
        "priority_list": grade,
        "priority_sentence": list_sentence(grade, live.list_top_share, live.list_days).to_json(),
        "list_top_share": live.list_top_share,
    }  # fmt: skip
    return plain(figures), proposals


def stage_rows(facts: ReviewFacts, period: Period) -> list[dict[str, Any]]:
    """One row per stage: the period's figures, and with the ending _before those of the month before."""
    groups = groups_of(facts.funnel, None)
    now = period_figures(facts.funnel, period.since, period.until, groups)
    before = period_figures(facts.funnel, period.before_since, period.before_until, groups)
    both = now.merge(before, on=["stage", "group"], suffixes=("", "_before")).drop(columns="group")
    stages = {stage.name: stage for stage in facts.funnel.funnel.stages}
    return [
        {**{str(name): value for name, value in row.items()}, "en": stages[row["stage"]].en,
         "zh": stages[row["stage"]].zh, "outcome": stages[row["stage"]].outcome}
        for row in both.to_dict("records")
    ]  # fmt: skip


def _totals(facts: ReviewFacts, period: Period) -> dict[str, Any]:
    """New leads, first wins, their ordered money (currency units) and lost leads, now and before."""
    return {
        name: dict(zip(("now", "before"), pair, strict=True))
        for name, pair in _paired(_total(facts, bounds(period)), _total(facts, bounds_before(period))).items()
    }


def _paired(now: dict[str, Any], before: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (now[name], before[name]) for name in now}


def _total(facts: ReviewFacts, inside: Bounds) -> dict[str, Any]:
    stages = facts.funnel.funnel.stages
    places = {kind: [n for n, one in enumerate(stages) if one.outcome == kind] for kind in ("won", "lost")}
    first = {kind: _first_entries(facts, places[kind], inside) for kind in ("won", "lost")}
    won_ids = facts.funnel.leads["lead_id"].to_numpy()[first["won"]]
    return {
        "new_leads": int(is_new(facts, inside).sum()),
        "wins": len(won_ids),
        "won_money": round(float(facts.money.reindex(won_ids).fillna(0.0).sum()), 2),
        "lost": len(first["lost"]),
    }


def _first_entries(facts: ReviewFacts, places: list[int], inside: Bounds) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Rows of the leads that came into one of the stages for the first time in the period."""
    stays = facts.funnel.stays[facts.funnel.stays["stage"].isin(places)]
    first = stays.groupby("lead")["entered_at"].min()
    moments = np.asarray(first.to_numpy(), "datetime64[us]")
    return np.asarray(first.index.to_numpy()[(moments > inside[0]) & (moments <= inside[1])], np.int64)


def _weeks(facts: ReviewFacts, period: Period) -> dict[str, list[float | None]]:
    """Per stage the share that moved on in each of the last weeks of the period, oldest first; None: nobody left."""
    until = bounds(period)[1]
    edges = [until - np.timedelta64(7 * n, "D") for n in range(WEEKS, -1, -1)]
    left = np.asarray(facts.funnel.stays["left_at"].to_numpy(), "datetime64[us]")
    stage, forward = facts.funnel.stays["stage"].to_numpy(), is_forward(facts.funnel)
    found: dict[str, list[float | None]] = {}
    for place, _ in steps_of(facts.funnel):
        shares: list[float | None] = []
        for start, end in pairwise(edges):
            rows = (stage == place) & (left > start) & (left <= end)
            shares.append(float(forward[rows].mean()) if rows.any() else None)
        found[facts.funnel.funnel.stages[place].name] = shares
    return found


def _milestones(facts: ReviewFacts, period: Period) -> list[dict[str, Any]]:
    """Share met with its 95 % interval, now and before, beside the target."""
    rows = []
    for one in facts.milestones:
        measure = Measure("milestone", one.name)
        now, before = (measured(facts, measure, inside) for inside in (bounds(period), bounds_before(period)))
        rows.append({
            "milestone": one.name, "en": one.en, "zh": one.zh, "target": one.target_share, "rows": now.rows,
            "share": now.value, "before": before.value,
            "interval": list(vars(wilson(now.hits, now.rows)).values()) if now.rows else None,
        })  # fmt: skip
    return rows


def _channel_mix(facts: ReviewFacts, period: Period) -> list[dict[str, Any]]:
    """Share of new leads by channel, now and before, the largest first."""
    names = {one.channel: one.name for one in facts.channels}
    counted = facts.funnel.leads["channel_id"].fillna("")
    shares = [
        counted[is_new(facts, inside)].value_counts(normalize=True)
        for inside in (bounds(period), bounds_before(period))
    ]
    found = [
        {"channel": str(channel), "name": names.get(str(channel), Text(str(channel), str(channel))).to_json(),
         "now": float(shares[0].get(channel, 0.0)), "before": float(shares[1].get(channel, 0.0))}
        for channel in shares[0].index.union(shares[1].index) if channel
    ]  # fmt: skip
    return sorted(found, key=lambda row: (-max(row["now"], row["before"]), row["channel"]))


def _incidents(facts: ReviewFacts, period: Period) -> list[dict[str, Any]]:
    """The incidents of the period, each with the likeliest cause diagnosed for its stage, where there is one."""
    within, at = facts.found_in(period), period.until
    found = incidents(within, at, facts.settings.diagnosis.incident_gap_days)
    return [{**one.to_json(at), "cause": _cause(within, one.subject)} for one in found]


def _cause(findings: list[Finding], stage: str) -> dict[str, Any] | None:
    mine = [one for one in findings if one.rule.startswith(DIAGNOSIS) and one.subject == stage]
    if not mine:
        return None
    last = max(one.found_at for one in mine)
    best = max((one for one in mine if one.found_at == last), key=lambda one: float(one.figures["confidence"]))
    name = NAMES.get(best.figures["cause"])
    return {
        "cause": best.figures["cause"], "confidence": best.figures["confidence"], "en": best.en, "zh": best.zh,
        "name": name.to_json() if name else None,
    }  # fmt: skip


def look_back(period: Period, as_of: datetime) -> tuple[datetime, datetime]:
    """From when until when findings are read: those of both months, with what was recorded and decided since."""
    return period.before_since - timedelta(days=1), as_of
