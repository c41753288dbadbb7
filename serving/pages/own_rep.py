"""Whose things a page about one rep shows."""

from __future__ import annotations

from crm_core.lookup.reps import RepName
from serving.errors import NotFoundError
from serving.pages.desk import Desk
from serving.pages.page_request import PageRequest


def asked_rep(asked: PageRequest, desk: Desk) -> tuple[RepName | None, dict[str, RepName]]:
    """The rep asked for, else the visitor's own, else the first; and all those that the visitor may ask for.

    Raises
    ------
    NotFoundError: another's, or one that there is none of.
    """
    reps, wanted = desk.reps(asked.visitor.scope), asked.text("rep")
    if wanted and wanted not in reps:
        raise NotFoundError("The rep must be the visitor or of the visitor's team, but is not.", code="rep_not_found")
    return reps.get(wanted) or next(iter(reps.values()), None), reps
