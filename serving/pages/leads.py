"""The priority list: whom to call first, and why."""

from __future__ import annotations

import pandas as pd
from starlette.responses import Response

from crm_core.access import Scope
from crm_core.lookup.leads import own_leads
from crm_core.lookup.reps import RepName
from serving.errors import NotFoundError
from serving.pages.board import Board
from serving.pages.csv_file import csv_response
from serving.pages.desk import Desk
from serving.pages.lead_filter import FLAGS, GRADES, ORDERS, LeadFilter
from serving.pages.lead_rows import lead_lines
from serving.pages.page_request import PageRequest
from serving.pages.templating import render

CSV_COLUMNS = (
    "priority", "lead_id", "company_name", "rep_id", "team", "stage", "channel_id", "product", "region", "industry",
    "win_probability", "win_probability_low", "win_probability_high", "comparable_leads", "grade", "expected_value",
    "amount_estimated", "step_hours", "fits_this_week", "size_fit", "credit_hold", "prescreen",
)  # fmt: skip


def leads(asked: PageRequest, desk: Desk) -> Response:
    """GET /leads."""
    visitor, wanted = asked.visitor, LeadFilter.of(asked)
    reps, board, channels = desk.reps(visitor.scope), desk.board(), desk.channels(visitor.language)
    rows = _rows(wanted, board, visitor.scope, reps)
    size = desk.settings.pages.page_rows
    first = (wanted.page - 1) * size
    return render(
        "leads.html", visitor, "/leads", show=desk.formats(visitor), wanted=wanted, board=board,
        lines=lead_lines(desk, rows.iloc[first : first + size], visitor.scope), total=len(rows), first=first,
        pages=max(1, -(-len(rows) // size)), reps=reps, channels=channels, stages=stage_names(desk, visitor.language),
        open_stages=desk.settings.funnel.names(), grades=GRADES, flags=FLAGS, orders=ORDERS,
        weeks=weeks_shown(board, reps, wanted.rep),
    )  # fmt: skip


def leads_csv(asked: PageRequest, desk: Desk) -> Response:
    """GET /leads.csv: every lead that the list's filters leave, not only the page's."""
    scope, wanted = asked.visitor.scope, LeadFilter.of(asked)
    rows = _rows(wanted, desk.board(), scope, desk.reps(scope))
    own = own_leads(desk.engine, list(rows["lead_id"]), scope)
    kept = rows[rows["lead_id"].isin(own)][list(CSV_COLUMNS)].astype(object)
    return csv_response("leads.csv", CSV_COLUMNS, kept.where(kept.notna(), None).itertuples(index=False))


def weeks_shown(board: Board, reps: dict[str, RepName], wanted: str = "") -> list[str]:
    """Reps whose hours are told: those of the list that have a week on the board, or the one asked for."""
    return [rep_id for rep_id in reps if rep_id in board.weeks and wanted in ("", rep_id)]


def stage_names(desk: Desk, language: str) -> dict[str, str]:
    """Name of each stage in a language."""
    return {stage.name: str(getattr(stage, language)) for stage in desk.settings.funnel.stages}


def _rows(wanted: LeadFilter, board: Board, scope: Scope, reps: dict[str, RepName]) -> pd.DataFrame:
    if wanted.rep and not scope.is_everybody and wanted.rep not in reps:
        raise NotFoundError("The rep must be the visitor or of the visitor's team, but is not.", code="rep_not_found")
    return wanted.select(board.table, scope, reps)
