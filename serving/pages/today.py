"""Today: what changed since yesterday, what is out of order and why, whom to call first."""

from __future__ import annotations

from starlette.responses import Response

from serving.pages.changes import day_counts
from serving.pages.desk import Desk
from serving.pages.lead_filter import LeadFilter
from serving.pages.lead_rows import lead_lines
from serving.pages.leads import stage_names, weeks_shown
from serving.pages.page_request import PageRequest
from serving.pages.permissions import COMPANY
from serving.pages.stories import standing_stories
from serving.pages.templating import render

CALLS_SHOWN = 8


def today(asked: PageRequest, desk: Desk) -> Response:
    """GET /today."""
    visitor = asked.visitor
    board, reps, figures = desk.board(), desk.reps(visitor.scope), desk.figures(visitor.scope)
    rows = LeadFilter(flag="ready").select(board.table, visitor.scope, reps)
    is_company = visitor.role in COMPANY
    stories = standing_stories(desk) if is_company else []
    shown = [story for story in stories if not story.is_detail]
    return render(
        "today.html", visitor, "/today", show=desk.formats(visitor), board=board, as_of=figures.as_of, reps=reps,
        day=figures.get(("day",), day_counts),
        before=figures.get(("day before",), lambda facts: day_counts(facts, 1)),
        stories=shown, count_more=len(stories) - len(shown), is_company=is_company, total=len(rows),
        lines=lead_lines(desk, rows.head(CALLS_SHOWN), visitor.scope), stages=stage_names(desk, visitor.language),
        weeks=weeks_shown(board, reps),
    )  # fmt: skip
