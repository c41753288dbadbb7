"""The funnel: stock, flow, conversion, dwell, trend, warning lines; by any dimension; cohorts, milestones, records."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from starlette.responses import Response

from crm_core.errors import UnknownDimensionError
from crm_core.funnel import (
    FunnelFacts,
    cohort_figures,
    completeness_by,
    dimension_names,
    milestone_figures,
    record_completeness,
    trend_figures,
)
from serving.errors import UnprocessableError
from serving.pages.desk import Desk
from serving.pages.figures import OwnFigures
from serving.pages.group_names import group_names
from serving.pages.leads import stage_names
from serving.pages.page_request import PageRequest
from serving.pages.permissions import COMPANY
from serving.pages.stories import alarms_by_stage
from serving.pages.templating import render
from serving.pages.warning_lines import watched_shares

DAYS = ("30", "7", "90", "180")
MEASURES = ("conversion", "stock", "inflow", "median_dwell_days")
MILESTONES_BY = "team"
COHORTS = 6
COHORT_DAYS = 30

Records = list[dict[str, Any]]


def funnel(asked: PageRequest, desk: Desk) -> Response:
    """GET /funnel."""
    visitor, scope, settings = asked.visitor, asked.visitor.scope, desk.settings
    days, by = int(asked.choice("days", DAYS)), asked.text("by")
    measure = asked.choice("measure", MEASURES)
    figures = desk.figures(scope)
    facts = figures.facts
    dimensions = dimension_names(facts)
    if by and by not in dimensions:
        raise UnprocessableError(f"by must be one of {', '.join(dimensions)}, but got {by[:40]!r}.")
    matrix = _matrix(desk, asked, figures, days, by, measure) if by else None
    return render(
        "funnel.html", visitor, "/funnel", show=desk.formats(visitor), as_of=facts.as_of, days=days, by=by,
        measure=measure, all_days=[int(one) for one in DAYS], measures=MEASURES, dimensions=dimensions, matrix=matrix,
        rows=figures.get(("trend", days), lambda facts: records(trend_figures(facts, days))),
        watched=figures.get(("watched",), lambda facts: watched_shares(facts, settings.funnel.alarms)),
        cohorts=figures.get(("cohorts",), _cohorts), stages=stage_names(desk, visitor.language),
        milestones=figures.get(("milestones", days), lambda facts: _milestones(facts, desk, days)),
        completeness=figures.get(("playbook",), lambda facts: _completeness(facts, desk)),
        alarms=alarms_by_stage(desk) if visitor.role in COMPANY else {},
        unknown_stages=facts.unknown_stages, open_stages=settings.funnel.names(), rules=settings.funnel,
    )  # fmt: skip


def records(table: pd.DataFrame) -> Records:
    """One dictionary per row, None for what is missing."""
    plain = table.astype(object)
    rows = plain.where(plain.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _matrix(desk: Desk, asked: PageRequest, figures: OwnFigures, days: int, by: str, measure: str) -> dict[str, Any]:
    """Rows: groups, largest first; columns: stages; cells: the measure, None where there is none."""
    try:
        table = figures.get(("by", days, by), lambda facts: trend_figures(facts, days, by))
    except UnknownDimensionError as error:
        raise UnprocessableError(str(error)) from None
    wide = table.pivot_table(index="group", columns="stage", values=measure, sort=False, observed=True, dropna=False)
    size = table.groupby("group", sort=False)[["stock", "inflow"]].sum().sum(axis=1)
    labels = [str(label) for label in size.sort_values(ascending=False, kind="stable").index if size[label] > 0]
    cells = {str(row["group"]): row for row in records(wide.reset_index())}
    return {"names": group_names(desk, by, labels, asked.visitor.language), "cells": cells, "labels": labels}


def _cohorts(facts: FunnelFacts) -> list[tuple[datetime, datetime, dict[str, dict[str, Any]]]]:
    """(from, until, stage -> figures) of leads by the month in which they were created, newest first."""
    found = []
    for number in range(COHORTS):
        until = facts.as_of - timedelta(days=COHORT_DAYS * number)
        since = until - timedelta(days=COHORT_DAYS)
        rows = records(cohort_figures(facts, since, until))
        found.append((since, until, {str(row["stage"]): row for row in rows}))
    return found


def _milestones(facts: FunnelFacts, desk: Desk, days: int) -> Records:
    """All together, then per team."""
    together = records(milestone_figures(facts, desk.settings, days))
    return [*together, *records(milestone_figures(facts, desk.settings, days, MILESTONES_BY))]


def _completeness(facts: FunnelFacts, desk: Desk) -> Records:
    found = records(completeness_by(record_completeness(facts, desk.settings.playbook), "stage"))
    by_stage = {row["stage"]: row for row in found}
    return [by_stage[name] for name in desk.settings.funnel.names() if name in by_stage]
