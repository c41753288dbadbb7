"""Settings: what is decided in configs/, as it is in force, with its meaning. Secrets and addresses are not shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from serving.pages.desk import Desk
from serving.pages.meanings import meanings, purpose
from serving.pages.page_request import PageRequest
from serving.pages.permissions import PAY
from serving.pages.templating import render

# In the order in which people ask. Not shown: stores, access, alerts, exchange and serving hold addresses and keys.
SECTIONS = (
    "funnel", "calendar", "rfm", "service_plan", "scoring", "features", "training", "monitoring", "retraining",
    "commission", "recognition", "pages",
)  # fmt: skip
PAY_SECTIONS = frozenset({"commission"})
MAX_VALUE = 160


def settings(asked: PageRequest, desk: Desk) -> Response:
    """GET /settings."""
    visitor = asked.visitor
    shown = [name for name in SECTIONS if name not in PAY_SECTIONS or visitor.role in PAY]
    sections = [(name, purpose(name), list(_rows(desk, name))) for name in shown]
    return render(
        "settings.html", visitor, "/settings", show=desk.formats(visitor), sections=sections,
        stages=desk.settings.funnel.stages, playbook=desk.settings.playbook.stages, tags=desk.settings.tags.tags,
    )  # fmt: skip


def _rows(desk: Desk, section: str) -> Iterator[tuple[str, str, str]]:
    """(key, value in force, meaning) of every single value."""
    told = meanings(section)
    for key, value in _flat(getattr(desk.settings, section).model_dump(mode="json")):
        if not (section == "funnel" and key.startswith("stages")):  # shown as a table of its own
            yield key, _words(value), told.get(key, "")


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)[:MAX_VALUE] or "–"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_words(one)}" for key, one in value.items())[:MAX_VALUE] or "–"
    return "–" if value is None else str(value)[:MAX_VALUE]
