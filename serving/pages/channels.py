"""Channels: what each brings and costs. The verdict on each is the monitoring's, read from its file."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from starlette.responses import Response

from crm_core.funnel import FunnelFacts, groups_of
from crm_core.funnel.figures import DAY, lost_places
from crm_core.lookup.spend import spend_by_channel
from serving.pages.desk import Desk
from serving.pages.group_names import group_names
from serving.pages.page_request import PageRequest
from serving.pages.templating import render

MATURE_DAYS, PERIOD_DAYS, RECENT_DAYS = 60, 365, 30
FILE = "channels.json"  # as `funnelcast channels --json` answers
Row = dict[str, Any]


def channels(asked: PageRequest, desk: Desk) -> Response:
    """GET /channels."""
    visitor, settings = asked.visitor, desk.settings
    figures = desk.figures(visitor.scope)
    rows = figures.get(("channels",), channel_rows)
    show = desk.formats(visitor)
    until = show.today(desk.now - timedelta(days=MATURE_DAYS))
    spent = spend_by_channel(desk.engine, until - timedelta(days=PERIOD_DAYS), until, settings.intake.currency)
    is_whole = visitor.scope.is_everybody  # spend is the company's: beside a team's wins it would mislead
    told = [{**row, "spend": spent.get(row["channel"]) if is_whole else None} for row in rows]
    verdicts = read_verdicts(settings.paths.reports / FILE)
    return render(
        "channels.html", visitor, "/channels", show=show, as_of=figures.as_of, rows=told, mature=MATURE_DAYS,
        period=PERIOD_DAYS, recent=RECENT_DAYS,
        names=group_names(desk, "channel", [row["channel"] for row in [*rows, *verdicts]], visitor.language),
        verdicts=verdicts, is_whole=is_whole, measured=measured_rows(verdicts) if is_whole else [],
    )  # fmt: skip


def channel_rows(facts: FunnelFacts) -> list[Row]:
    """One row per channel, the largest first: channel, leads, share, won, won_share, lost_share, cycle_days (median),
    won_cents (expected amount of the won), recent and before (share of the leads of the last days, and of three times
    as many before). Judged are leads old enough to have ended.
    """
    groups, leads = groups_of(facts, "channel"), facts.leads
    created: Any = leads["created_at"].to_numpy()
    age: Any = (facts.now - created) / DAY
    won_at, is_lost = _ends(facts)
    table = pd.DataFrame(
        {
            "channel": np.array(groups.labels, object)[groups.codes],
            "is_judged": (age >= MATURE_DAYS) & (age < MATURE_DAYS + PERIOD_DAYS),
            "is_won": won_at.notna().to_numpy(),
            "is_lost": is_lost,
            "days": ((won_at.to_numpy() - created) / DAY).astype(float),
            "cents": leads["expected_amount_cents"].fillna(0).to_numpy(float),
            "is_recent": age < RECENT_DAYS,
            "is_before": (age >= RECENT_DAYS) & (age < 4 * RECENT_DAYS),
        }
    )
    whole = {name: max(1, int(table[name].sum())) for name in ("is_judged", "is_recent", "is_before")}
    found = [_row(str(label), rows, whole) for label, rows in table.groupby("channel", sort=False)]
    return sorted(found, key=lambda row: (-row["leads"], row["channel"]))


def read_verdicts(file: Path) -> list[Row]:
    """What the monitoring says of each channel; empty where it has not said anything, or not in a form we know."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))["channels"]
        return [one for one in told if {"channel", "verdict", "text"} <= set(one) and {"en", "zh"} <= set(one["text"])]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def measured_rows(told: list[Row]) -> list[Row]:
    """The matrix of the last `funnelcast channels` with amounts in cents; none from before customers were followed."""
    return [
        {**one, "value_cents": _cents(one["value_per_win"]), "cost_cents": _cents(one["cost_per_win"]),
         "cost_range": [_cents(one["cost_interval"][end]) for end in ("low", "high")] if one["cost_interval"] else None}
        for one in told
        if {"name", "size_fit", "won", "value_per_win", "cost_per_win", "cost_interval", "brought"} <= set(one)
    ]  # fmt: skip


def _cents(amount: float | None) -> float | None:
    return None if amount is None else amount * 100


def _row(label: str, rows: pd.DataFrame, whole: dict[str, int]) -> Row:
    judged = rows[rows["is_judged"]]
    won, count = judged[judged["is_won"]], len(judged)
    return {
        "channel": label,
        "leads": count,
        "share": count / whole["is_judged"],
        "won": len(won),
        "won_share": len(won) / count if count else None,
        "lost_share": float(judged["is_lost"].mean()) if count else None,
        "cycle_days": float(won["days"].median()) if len(won) else None,
        "won_cents": float(won["cents"].sum()),
        "recent": int(rows["is_recent"].sum()) / whole["is_recent"],
        "before": int(rows["is_before"].sum()) / whole["is_before"],
    }


def _ends(facts: FunnelFacts) -> tuple[pd.Series[Any], Any]:
    """Per lead the moment of its first win (NaT: none), and whether it stands as lost."""
    stays = facts.stays
    winning = [place for place, stage in enumerate(facts.funnel.stages) if stage.outcome == "won"]
    won = stays[stays["stage"].isin(winning)].groupby("lead")["entered_at"].min().reindex(facts.leads.index)
    last = stays[stays["next_stage"] < 0].set_index("lead")["stage"].reindex(facts.leads.index)
    return won, last.isin(lost_places(facts)).to_numpy(bool)
