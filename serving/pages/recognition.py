"""Recognition: service stars, the wall of honour, and a rep's own medals, points and certificates."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from crm_core.access import EVERYBODYS
from crm_core.recognition.awards import awarded_stars
from crm_core.recognition.honours import honours
from crm_core.recognition.kudos import medals_of
from crm_core.recognition.learning import learning_record
from crm_core.recognition.months import month_before, month_of
from crm_core.recognition.points import point_entries
from crm_core.recognition.stars import Star, star_ranking
from serving.pages.desk import Desk
from serving.pages.own_rep import asked_rep
from serving.pages.page_request import PageRequest
from serving.pages.templating import render

ENTRIES_SHOWN = 20


def recognition(asked: PageRequest, desk: Desk) -> Response:
    """GET /recognition. Stars and the wall are for everybody to see; medals, points and learning are one's own."""
    visitor, (rep, reps) = asked.visitor, asked_rep(asked, desk)
    figures = desk.figures(visitor.scope)
    zone = desk.settings.intake.timezone
    month, last = month_of(desk.now, zone), month_before(desk.now, zone)
    awarded = awarded_stars(desk.engine, last, desk.now)

    def stars(of: str) -> list[Star]:
        return figures.everybodys(("stars", of), lambda as_of: star_ranking(desk.engine, desk.settings, of, as_of))

    return render(
        "recognition.html", visitor, "/recognition", show=desk.formats(visitor), rep=rep, reps=reps,
        everybody=desk.reps(EVERYBODYS), month=month, last=last, as_of=figures.as_of, now=desk.now,
        is_awarded=bool(awarded), last_stars=awarded or stars(last), stars=stars(month),
        catalogue=desk.settings.recognition,
        wall=[one for one in honours(desk.engine, desk.now) if one.is_approved],
        **_own(desk, rep.rep_id if rep else ""),
    )  # fmt: skip


def _own(desk: Desk, rep_id: str) -> dict[str, Any]:
    entries = point_entries(desk.engine, rep_id, desk.now)
    return {
        "medals": medals_of(desk.engine, rep_id, desk.now)[::-1],
        "entries": entries[::-1][:ENTRIES_SHOWN],
        "balance": sum(entry.points for entry in entries),
        "courses": learning_record(desk.engine, rep_id, desk.now)[::-1],
    }
