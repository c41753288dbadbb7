"""Retraining, promotion and rollback from the models page: asked once more, kept in the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import RedirectResponse, Response

from crm_core import audit
from crm_core.database import write_transaction
from serving.champion import MODELS
from serving.clock import Clock
from serving.errors import ConflictError, NotFoundError, UnavailableError, UnprocessableError
from serving.pages.desk import Desk
from serving.pages.page_request import PageRequest
from serving.pages.templating import render

TRAIN, PROMOTE, ROLLBACK = "train", "promote", "rollback"
ACTIONS = (TRAIN, PROMOTE, ROLLBACK)


@dataclass(frozen=True)
class Change:
    """What is asked for. version: that becomes the champion, 0 for a training. champion: the present one, 0: none."""

    action: str
    model: str
    version: int
    champion: int


def confirm_change(asked: PageRequest, desk: Desk) -> Response:
    """GET /models/change: what would happen, with a button that does it."""
    change = _change(asked.text("action"), asked.text("model"), asked.text("version"), desk)
    return render("model_change.html", asked.visitor, "/models", change=change)


def change_model(asked: PageRequest, desk: Desk) -> Response:
    """POST /models/change: does it, if the champion is still the one that was shown."""
    form, actor = asked.form, asked.visitor.name
    change = _change(form.get("action", ""), form.get("model", ""), form.get("version", ""), desk)
    if form.get("champion", "") != str(change.champion):
        raise ConflictError("The champion must be the one that was shown, but is another.", code="champion_moved")
    # The entry and the act together: where the registry refuses, nothing is said to have been done.
    details = {"version": change.version, "champion_before": change.champion}
    with write_transaction(desk.engine) as connection:
        audit.record(connection, actor, f"model.{change.action}", f"model:{change.model}", details, desk.now)
        _do(change, actor, desk)
    return RedirectResponse(f"/models#model-{change.model}", status_code=303)


def _do(change: Change, actor: str, desk: Desk) -> None:
    if change.action == TRAIN:
        desk.training.start(change.model, desk.now, actor, Clock().now())
    elif change.action == PROMOTE:
        desk.registry.promote(change.model, change.version)
    else:
        desk.registry.rollback(change.model)


def _change(action: str, model: str, version: str, desk: Desk) -> Change:
    if action not in ACTIONS or model not in MODELS:
        raise UnprocessableError(f"A change must be one of {', '.join(ACTIONS)} of {', '.join(MODELS)}, but is not.")
    if desk.registry is None:
        raise UnavailableError("A registry must be there, but is not.")
    versions = desk.registry.versions(model)
    champion = _with_alias(versions, "champion")
    if action == TRAIN:
        return Change(action, model, 0, champion)
    wanted = int(version) if version.isascii() and version.isdecimal() else 0
    found = wanted if action == PROMOTE else _with_alias(versions, "previous")
    if found not in {row["version"] for row in versions} or found == champion:
        raise NotFoundError("A change must be to a version that is there and not the champion, but is not.")
    return Change(action, model, found, champion)


def _with_alias(versions: list[dict[str, Any]], alias: str) -> int:
    return next((int(row["version"]) for row in versions if row.get("alias") == alias), 0)
