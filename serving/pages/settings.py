"""Settings: what is decided, as it is in force, with its meaning, edited by admins; no secret, no address is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from configs.override_layer import EDITABLE, beneath, editable_keys
from configs.settings import load_settings, read_overrides
from crm_core.access.roles import ADMIN
from crm_core.queries import attribute_definitions
from crm_core.setting_versions import Version, history
from serving.pages.desk import Desk
from serving.pages.meanings import meaning, purpose
from serving.pages.page_request import PageRequest
from serving.pages.permissions import PAY
from serving.pages.tag_words import TagWords
from serving.pages.templating import render
from serving.pages.texts import texts_of

# In the order in which people ask. Not shown: stores, access, alerts, exchange and serving hold addresses and keys.
SECTIONS = (
    "funnel", "playbook", "calendar", "rfm", "service_plan", "tags", "scoring", "features", "training", "monitoring",
    "diagnosis", "retraining", "commission", "recognition", "pages",
)  # fmt: skip
PAY_SECTIONS = frozenset({"commission"})
MAX_VERSIONS = 30


@dataclass(frozen=True)
class Row:
    """One value: its dotted key, the key as the section's table shows it, in words, and what it means."""

    key: str
    label: str
    value: str
    meaning: str
    is_edited: bool


def settings(asked: PageRequest, desk: Desk) -> Response:
    """GET /settings."""
    visitor, edited = asked.visitor, read_overrides(desk.settings.paths.overrides)
    now = load_settings(overrides=edited)
    shown = [name for name in SECTIONS if name not in PAY_SECTIONS or visitor.role in PAY]
    sections = [
        (name, purpose(name, visitor.language), list(_rows(getattr(now, name), name, visitor.language, edited)))
        for name in shown
    ]
    return render(
        "settings.html", visitor, "/settings", show=desk.formats(visitor), sections=sections, stages=now.funnel.stages,
        playbook=now.playbook.stages, tags=now.tags.tags, versions=_versions(desk, shown), words=in_words,
        tag_words=TagWords(texts_of(visitor.language), desk.formats(visitor), now.tags),
        fields=attribute_definitions(desk.engine), is_editor=visitor.role == ADMIN, editable=EDITABLE,
    )  # fmt: skip


def in_words(value: Any) -> str:
    """A value as one line."""
    if isinstance(value, list):
        return ", ".join(in_words(one) for one in value) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{key} {in_words(one)}" for key, one in value.items()) or "–"
    return "–" if value is None else str(value)


def _rows(rules: Any, section: str, language: str, edited: dict[str, Any]) -> Iterator[Row]:
    for key, value in editable_keys(section, rules):
        label = key.removeprefix(f"{section}.")
        yield Row(key, label, in_words(value), meaning(section, label, language), bool(beneath(edited, key)))


def _versions(desk: Desk, shown: list[str]) -> list[tuple[Version, bool]]:
    """The last edits of what the visitor may see, each with whether it can be undone: as the last of its key."""
    found = [one for one in history(desk.engine, limit=MAX_VERSIONS) if one.key.split(".")[0] in shown]
    edited = read_overrides(desk.settings.paths.overrides)
    return [(one, beneath(edited, one.key) == one.after_overrides and _is_last(one, found)) for one in found]


def _is_last(version: Version, found: list[Version]) -> bool:
    return next(one for one in found if one.key == version.key) is version
