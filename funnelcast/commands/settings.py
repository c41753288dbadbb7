"""Command settings: what is decided, edits of it, and taking an edit back."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funnelcast.context import Context
from funnelcast.options import Json
from funnelcast.tables import text_table

if TYPE_CHECKING:
    from crm_core.setting_versions import Version

Key = Annotated[str, typer.Argument(help="Dotted key, like funnel.alarms.stock_growth.")]
By = Annotated[str | None, typer.Option(help="Who decided. Default: the user of this machine.")]
MAX_SHOWN = 70


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    room = typer.Typer(no_args_is_help=True, help="Edited settings: above the files, validated, versioned, undoable.")
    room.command("show", epilog="Example: funnelcast settings show funnel.alarms")(show)
    room.command("set", epilog='Example: funnelcast settings set funnel.alarms.stock_growth 0.6 --note "trade fair"')(
        set_value
    )
    room.command("undo", epilog="Example: funnelcast settings undo 3")(undo)
    room.command("history", epilog="Example: funnelcast settings history")(history)
    room.command("restore", epilog="Example: funnelcast settings restore")(restore)
    app.add_typer(room, name="settings")


def show(
    key: Annotated[str, typer.Argument(help="Show only what begins with it. Default: everything.")] = "",
    is_json: Json = False,
) -> None:
    """The values in force, and which of them were edited."""
    from configs.override_layer import EDITABLE, editable_keys
    from configs.settings import read_overrides

    context = Context.of(None, is_json)
    edited = read_overrides(context.settings.paths.overrides)
    found = [
        {"key": name, "value": value, "edited": name in edited}
        for section in EDITABLE
        for name, value in editable_keys(section, getattr(context.settings, section))
        if name == key or name.startswith(f"{key}." if key else "")
    ]
    rows = [[one["key"], _short(one["value"]), "edited" if one["edited"] else ""] for one in found]
    words = text_table(["key", "value", ""], rows) if rows else f"No setting begins with {key}."
    context.answer({"settings": found}, words)


def set_value(
    key: Key,
    value: Annotated[str, typer.Argument(help="In YAML: 0.6, [a, b], {min: 3}.")],
    note: Annotated[str, typer.Option(help="Why, in a sentence.")] = "",
    by: By = None,
    is_json: Json = False,
) -> None:
    """Give a key another value, in force for the next command, and within seconds in a running service."""
    from configs.settings import parse_value
    from crm_core.setting_versions import edit

    context = Context.of(None, is_json)
    version = edit(context.engine, context.settings, key, parse_value(value), _actor(by), datetime.now(UTC), note)
    _answer(context, version)


def undo(
    version: Annotated[int, typer.Argument(help="Number, as `funnelcast settings history` has it.")],
    by: By = None,
    is_json: Json = False,
) -> None:
    """Bring a key back to how it was before an edit; the undo is an edit too, and can be undone."""
    from crm_core.setting_versions import undo as take_back

    context = Context.of(None, is_json)
    _answer(context, take_back(context.engine, context.settings, version, _actor(by), datetime.now(UTC)))


def history(
    key: Annotated[str | None, typer.Argument(help="Of this key and below. Default: all.")] = None,
    is_json: Json = False,
) -> None:
    """Who edited what, when, from which value to which, the newest first."""
    from crm_core.setting_versions import history as versions

    context = Context.of(None, is_json)
    found = versions(context.engine, key)
    rows = [
        [one.version_id, f"{one.changed_at:%Y-%m-%d %H:%M}", one.actor, one.key, _short(one.before_value),
         _short(one.after_value), f"undoes {one.undoes}" if one.undoes else one.note]
        for one in found
    ]  # fmt: skip
    words = text_table(["version", "when (UTC)", "who", "key", "before", "after", "note"], rows)
    context.answer({"versions": [vars(one) for one in found]}, words if rows else "Nothing was edited yet.")


def restore(is_json: Json = False) -> None:
    """Write the file of edits anew from the database: after a restored backup, or on a further server."""
    from crm_core.setting_versions import restore_file

    context = Context.of(None, is_json)
    is_written = restore_file(context.engine, context.settings)
    path = context.settings.paths.overrides
    words = f"Wrote {path} from the database." if is_written else f"{path} is as the database has it."
    context.answer({"written": is_written, "file": str(path)}, words)


def _answer(context: Context, version: Version) -> None:
    change = f"{_short(version.before_value)} -> {_short(version.after_value)}"
    context.answer(vars(version), f"{version.key}: {change} (version {version.version_id}).")


def _actor(by: str | None) -> str:
    return by or f"user:{getpass.getuser()}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"
