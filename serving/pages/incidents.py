"""Incidents: what is or was out of order, and one of them told as a story."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from crm_core.findings import Finding
from crm_core.funnel.dimensions import NONE
from serving.errors import NotFoundError
from serving.pages.desk import Desk
from serving.pages.evidence import Evidence
from serving.pages.group_names import group_names
from serving.pages.leads import stage_names
from serving.pages.page_request import PageRequest
from serving.pages.stories import Story, all_stories, stage_of
from serving.pages.templating import render
from serving.pages.texts import texts_of

MIX_RULE = "drift.channel_mix"


def incidents(asked: PageRequest, desk: Desk) -> Response:
    """GET /incidents."""
    stories = all_stories(desk)
    return render(
        "incidents.html", asked.visitor, "/incidents", show=desk.formats(asked.visitor),
        main=[story for story in stories if not story.is_detail], stages=stage_names(desk, asked.visitor.language),
        details=[story for story in stories if story.is_detail], days=desk.settings.pages.incident_days,
    )  # fmt: skip


def incident(asked: PageRequest, desk: Desk) -> Response:
    """GET /incident?key=."""
    visitor, stories = asked.visitor, all_stories(desk)
    story = next((one for one in stories if one.key == asked.text("key")), None)
    if story is None:
        raise NotFoundError("The incident must have been found of late, but was not.", code="incident_not_found")
    cause = story.cause or (story.finding if story.is_cause else None)
    return render(
        "incident.html", visitor, "/incidents", show=desk.formats(visitor), story=story,
        others=_others(desk, story, cause), stages=stage_names(desk, visitor.language),
        evidence=Evidence.of(cause) if cause else None, cause=cause, mix=_mix(desk, stories, visitor.language),
        name=lambda dimension, label: _name(desk, dimension, label, visitor.language),
    )  # fmt: skip


def _others(desk: Desk, story: Story, cause: Finding | None) -> list[Finding]:
    """Other causes that the same diagnosis named for the stage, the likeliest first."""
    if cause is None:
        return []
    found = [
        finding
        for finding in desk.findings(desk.settings.pages.incident_days)
        if "cause" in finding.figures and finding.found_at == cause.found_at and finding != cause
    ]
    mine = [finding for finding in found if stage_of(finding) == stage_of(story.finding)]
    return sorted(mine, key=lambda finding: -float(finding.figures.get("confidence") or 0))


def _mix(desk: Desk, stories: list[Story], language: str) -> list[dict[str, Any]]:
    """The channels' shares before and now, as the last monitoring found them; empty where the mix did not change."""
    found = next((story.finding for story in stories if story.finding.rule == MIX_RULE), None)
    rows = found.figures.get("channels", []) if found else []
    names = group_names(desk, "channel", [row["channel_id"] or NONE for row in rows], language)
    return [{**row, "name": names[row["channel_id"] or NONE]} for row in rows]


def _name(desk: Desk, dimension: str, label: str, language: str) -> str:
    """`channel` and `trade_show` as people say it: Channel 展会."""
    words = texts_of(language)
    what = words(f"dimension.{dimension}") if words.has(f"dimension.{dimension}") else dimension
    return f"{what} {group_names(desk, dimension, [label], language)[label]}"
