"""Editing settings: validated as the files are, versioned, undoable, in force for every process that reads them next.

An edit is one transaction: the audit entry and the version are written, then the file of the state, then it commits;
where the commit fails, the file before is put back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, text

from configs.override_file import write_overrides
from configs.override_layer import EDITABLE, Overrides, beneath, replaced, value_at
from configs.settings import Settings, load_settings, pinned_by_environment, read_overrides
from crm_core.audit import record
from crm_core.bi.stages import put_stages
from crm_core.commission.plans import check_unchanged, published_plans
from crm_core.database import read_transaction, write_transaction
from crm_core.errors import SettingConflictError, SettingError, UnknownSettingError
from crm_core.tables import SettingVersion

TABLE = SettingVersion.__table__
SETTINGS_LOCK = 7_203_841_002  # PostgreSQL's advisory lock while settings are edited


@dataclass(frozen=True)
class Version:
    """One edit; see the table. `undoes`: the version it takes back."""

    version_id: int
    key: str
    actor: str
    changed_at: datetime
    note: str
    before_value: Any
    after_value: Any
    before_overrides: Overrides
    after_overrides: Overrides
    undoes: int | None


def history(engine: Engine, key: str | None = None, limit: int = 50) -> list[Version]:
    """The edits of a key and of what is below it (None: all), the newest first."""
    query = select(TABLE).order_by(TABLE.c.version_id.desc()).limit(limit)
    if key is not None:
        query = query.where((TABLE.c.key == key) | TABLE.c.key.startswith(f"{key}.", autoescape=True))
    with read_transaction(engine) as connection:
        return [Version(**row) for row in connection.execute(query).mappings()]


def current_value(settings: Settings, key: str) -> Any:
    """The value in force, as plain JSON.

    Raises
    ------
    UnknownSettingError: there is no such key, or its section is not edited this way.
    """
    section, _, rest = key.partition(".")
    if section not in EDITABLE:
        raise UnknownSettingError(f"A setting must be of {', '.join(EDITABLE)}, but got {key!r}.")
    try:
        plain = getattr(settings, section).model_dump(mode="json")
        return value_at(plain, rest) if rest else plain
    except KeyError:
        raise UnknownSettingError(f"A setting must be a key of configs/{section}.yaml, but got {key!r}.") from None


def edit(
    engine: Engine, settings: Settings, key: str, value: Any, actor: str, at: datetime, note: str = "",
    seen: Any = ...,
) -> Version:  # fmt: skip
    """Give a key another value.

    Parameters
    ----------
    value: as YAML gives it; checked by the rules of the files, all sections together.
    seen: the value that the editor looked at; another one in force by now is a conflict. Left out: not asked.

    Raises
    ------
    ConfigError: the value breaks a rule; the message names key, rule and value. UnknownSettingError: no such key.
    SettingConflictError: somebody edited it meanwhile. SettingError: nothing would change, or an environment variable
    decides it. PlanChangedError: a commission plan that the ledger has used.
    """

    def changed(now: Settings, overrides: Overrides) -> Overrides:
        if seen is not ... and current_value(now, key) != seen:
            raise SettingConflictError(f"A setting must be as its editor saw it, but {key} was changed meanwhile.")
        return replaced(overrides, key, {key: value})

    return _written(engine, settings, key, actor, at, note, changed, None)


def undo(engine: Engine, settings: Settings, version_id: int, actor: str, at: datetime) -> Version:
    """Bring a key back to how it was before an edit, as an edit of its own.

    Raises
    ------
    UnknownSettingError: there is no such version. SettingConflictError: the key was edited since: undo that first.
    """
    with read_transaction(engine) as connection:
        row = connection.execute(select(TABLE).where(TABLE.c.version_id == version_id)).mappings().first()
    if row is None:
        raise UnknownSettingError(f"A version must be one of the history, but got {version_id}.")
    version = Version(**row)

    def changed(_now: Settings, overrides: Overrides) -> Overrides:
        if beneath(overrides, version.key) != version.after_overrides:
            raise SettingConflictError(
                f"A version is undone while it is the last of its key, but {version.key} was edited since version "
                f"{version_id}: undo that first."
            )
        return replaced(overrides, version.key, version.before_overrides)

    return _written(engine, settings, version.key, actor, at, "", changed, version_id)


def replay(engine: Engine) -> Overrides:
    """The overrides in force, from the versions alone: what the file of the state must hold."""
    overrides: Overrides = {}
    with read_transaction(engine) as connection:
        for key, after in connection.execute(select(TABLE.c.key, TABLE.c.after_overrides).order_by(TABLE.c.version_id)):
            overrides = replaced(overrides, key, after)
    return overrides


def restore_file(engine: Engine, settings: Settings) -> bool:
    """Write the file anew from the versions, where it differs: after a restored backup, or on a further server.

    Raises
    ------
    ConfigError: the versions do not fit this version of the program, or the place cannot be written to.
    """
    overrides, path = replay(engine), settings.paths.overrides
    if read_overrides(path) == overrides:
        return False
    load_settings(overrides=overrides)
    write_overrides(path, overrides)
    return True


def _written(
    engine: Engine, settings: Settings, key: str, actor: str, at: datetime, note: str,
    changed: Callable[[Settings, Overrides], Overrides], undoes: int | None,
) -> Version:  # fmt: skip
    if variable := pinned_by_environment(key):
        raise SettingError(f"A setting that is edited must not be decided by {variable}, but {key} is.")
    path, replaced_file = settings.paths.overrides, None
    try:
        with write_transaction(engine) as connection:
            _lock(connection)
            old = read_overrides(path)
            new, version, then = _judged(connection, key, old, changed, (actor, at, note, undoes))
            connection.execute(insert(SettingVersion).values(**vars(version)))
            record(connection, actor, "setting.changed", f"setting:{key}", _told(version), at)
            put_stages(connection, then.funnel)
            write_overrides(path, new)
            replaced_file = old
    except BaseException:
        if replaced_file is not None:  # the commit failed
            write_overrides(path, replaced_file)
        raise
    return version


def _judged(
    connection: Connection, key: str, old: Overrides, changed: Callable[[Settings, Overrides], Overrides],
    told: tuple[str, datetime, str, int | None],
) -> tuple[Overrides, Version, Settings]:  # fmt: skip
    """The overrides to be, the version that tells of them, and the settings that they give; nothing is written."""
    actor, at, note, undoes = told
    now = load_settings(overrides=old)
    before, new = current_value(now, key), changed(now, old)
    then = load_settings(overrides=new)
    after = current_value(then, key)
    if after == before:
        raise SettingError(f"An edit must change something, but {key} is {before!r} already.")
    check_unchanged(published_plans(connection), then.commission.plans)
    if key in new:
        new[key] = after  # as the rules read it: plain JSON, every part of it named
    version = Version(
        _next_id(connection), key, actor, at, note, before, after, beneath(old, key), beneath(new, key), undoes
    )
    return new, version, then


def _told(version: Version) -> Mapping[str, Any]:
    """What the audit log keeps: which version holds the values, for a whole mapping may be long."""
    return {"version": version.version_id, "undoes": version.undoes, "note": version.note}


def _lock(connection: Connection) -> None:
    """One editor at a time; on SQLite a write transaction locks by itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": SETTINGS_LOCK})


def _next_id(connection: Connection) -> int:
    return int(connection.execute(select(func.max(TABLE.c.version_id))).scalar() or 0) + 1
