"""One setting: its meaning, value and history; a form for admins."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

from starlette.responses import RedirectResponse, Response

from configs.override_layer import EDITABLE, editable_keys
from configs.settings import (
    ConfigError,
    Settings,
    in_yaml,
    load_settings,
    parse_value,
    pinned_by_environment,
    read_overrides,
)
from crm_core.errors import CrmError, DatabaseError, SettingConflictError
from crm_core.setting_versions import edit, history, undo
from serving.errors import ConflictError, NotFoundError, UnprocessableError
from serving.pages.desk import Desk
from serving.pages.meanings import meaning
from serving.pages.page_request import PageRequest
from serving.pages.templating import render

MAX_VERSIONS = 20
MAX_NOTE = 300


def show_setting(asked: PageRequest, desk: Desk) -> Response:
    """GET /settings/edit?key=."""
    return _form(asked, desk, asked.text("key"))


def edit_setting(asked: PageRequest, desk: Desk) -> Response:
    """POST /settings/edit: the new value in force, or the form again with the rule that it breaks."""
    key, typed = asked.form.get("key", ""), asked.form.get("value", "")
    try:
        seen = json.loads(asked.form.get("seen", "null"))
    except ValueError:
        raise UnprocessableError("The form must hold the value that was seen, but does not.") from None
    note = " ".join(asked.form.get("note", "").split())[:MAX_NOTE]
    try:
        edit(desk.engine, desk.settings, key, parse_value(typed), _actor(asked), _now(), note, seen)
    except DatabaseError:
        raise
    except (ConfigError, CrmError) as error:
        return _form(asked, desk, key, typed, str(error))
    return RedirectResponse("/settings#history", status_code=303)


def undo_setting(asked: PageRequest, desk: Desk) -> Response:
    """POST /settings/undo."""
    told = asked.form.get("version", "")
    if not (told.isascii() and told.isdecimal() and len(told) < 10):
        raise UnprocessableError(f"A version must be a whole number, but got {told[:20]!r}.")
    try:
        undo(desk.engine, desk.settings, int(told), _actor(asked), _now())
    except SettingConflictError as error:
        raise ConflictError(str(error), code="setting_changed") from None
    except ConfigError as error:
        raise UnprocessableError(str(error)) from None
    return RedirectResponse("/settings#history", status_code=303)


def _form(asked: PageRequest, desk: Desk, key: str, typed: str | None = None, fault: str = "") -> Response:
    visitor, path = asked.visitor, desk.settings.paths.overrides
    section, _, label = key.partition(".")
    now = load_settings(overrides=read_overrides(path))
    value = _value(now, section, key)
    response = render(
        "setting.html", visitor, "/settings", show=desk.formats(visitor), key=key, section=section, label=label,
        value=value, seen=json.dumps(value, ensure_ascii=False), typed=in_yaml(value) if typed is None else typed,
        shipped=_shipped(section, key), meaning=meaning(section, label, visitor.language), fault=fault,
        versions=history(desk.engine, key, MAX_VERSIONS), in_yaml=in_yaml, pinned=pinned_by_environment(key),
    )  # fmt: skip
    response.status_code = 422 if fault else 200
    return response


def _value(settings: Settings, section: str, key: str) -> Any:
    """The value of a key that can be edited here.

    Raises
    ------
    NotFoundError: there is no such key.
    """
    known = dict(editable_keys(section, getattr(settings, section))) if section in EDITABLE else {}
    if key not in known:
        raise NotFoundError(f"A setting must be one of those shown, but got {key[:60]!r}.")
    return known[key]


def _shipped(section: str, key: str) -> Any:
    """The value without edits; None where the entry came by an edit."""
    return dict(editable_keys(section, getattr(_without_edits(), section))).get(key)


@cache
def _without_edits() -> Settings:
    """What files and environment say, which stays for as long as the service runs."""
    return load_settings(overrides={})


def _actor(asked: PageRequest) -> str:
    return f"person:{asked.visitor.name}"


def _now() -> datetime:
    """Edits go by the real clock even where the scoring clock is frozen."""
    return datetime.now(UTC)
