"""What a command works with: configuration, state and progress, made once and handed down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import typer

from configs.progress import Progress, TerminalProgress
from configs.settings import Settings, load_settings
from funnelcast.errors import CommandError
from funnelcast.moments import read_moment

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from features.repository import FeatureRepository
    from scoring.registry import Registry


@dataclass
class Context:
    """One invocation of the command line. Heavy libraries are imported when a command first needs them."""

    as_of: datetime
    is_replay: bool
    is_json: bool
    settings: Settings
    progress: Progress

    @classmethod
    def of(cls, as_of: str | None, is_json: bool) -> Context:
        """The context of a command called with these two common options."""
        settings = load_settings()
        home = settings.paths.home
        if home.exists() and not home.is_dir():
            raise CommandError(f"FUNNELCAST_HOME must be a folder, but {home} is a file.")
        moment = read_moment(as_of, settings.intake.timezone)
        return cls(moment, as_of is not None, is_json, settings, TerminalProgress())

    @property
    def has_state(self) -> bool:
        """Whether `init` was run."""
        from crm_core.database import schema_revision

        return schema_revision(self.settings.database_url) is not None

    @cached_property
    def engine(self) -> Engine:
        """The CRM database, which must have been made by `init`."""
        from crm_core.database import open_database

        if not self.has_state:
            raise CommandError(
                "The state must exist before this command, but there is none: run `funnelcast init` first."
            )
        return open_database(self.settings.database_url)

    @cached_property
    def repository(self) -> FeatureRepository:
        """Lake, offline and online features."""
        from features.repository import FeatureRepository

        _ = self.engine  # without a database there is nothing to make features of
        return FeatureRepository(self.settings)

    @cached_property
    def registry(self) -> Registry:
        """Registered models."""
        from scoring.registry import Registry

        return Registry(self.settings)

    def answer(self, machine: dict[str, Any], human: str) -> None:
        """The command's result: text for people, or with --json one line for machines."""
        typer.echo(json.dumps(machine, ensure_ascii=False, default=_plain) if self.is_json else human)


def _plain(value: Any) -> str:
    """What JSON does not know: moments and dates in ISO 8601, the rest as words."""
    return value.isoformat() if isinstance(value, date) else str(value)
