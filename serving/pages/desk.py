"""What all pages work with: one per worker process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

from configs.settings import Settings
from crm_core.access import Scope
from crm_core.findings import Finding, read_findings
from crm_core.funnel import load_facts
from crm_core.lookup.rep_weeks import rep_weeks
from crm_core.lookup.reps import RepName, reps_of
from crm_core.queries import channel_names, channel_words
from serving.champion import ChampionHolder
from serving.clock import Clock
from serving.lead_scoring import LeadScoring
from serving.models_needed import needed
from serving.pages.behind import Behind
from serving.pages.board import Board, make_board
from serving.pages.figures import Figures, OwnFigures
from serving.pages.formats import Formats
from serving.pages.model_files import ModelFiles
from serving.pages.old_models import OldModels
from serving.pages.openid.provider import Provider
from serving.pages.sessions import Sessions
from serving.pages.snapshot import Snapshot
from serving.pages.visitor import Visitor
from serving.training_job import TrainingJob
from serving.turns import Lane
from serving.vectors import VectorSource
from serving.working_threads import WorkingThreads

THREADS = 3
DOOR_THREADS = 2  # an argon2 hash takes 64 MiB: more at once would let strangers fill the memory
RENEWING_SHARE = 0.25  # of `pages.figures_seconds`, for what is made of the facts: more is left until somebody asks


@dataclass
class Desk:
    """Stores and figures. Figures of the funnel, the board, tiers, stars and commission are kept and made anew behind
    the readers' back (`Snapshot`); every single record is read as it stands.

    Parameters
    ----------
    warm_up: makes what pages show, before somebody asks for it; called in the background where no figures are kept.
    """

    engine: Any
    settings: Settings
    clock: Clock
    champions: ChampionHolder
    vectors: VectorSource
    leads: LeadScoring
    registry: Any = None
    warm_up: Callable[[Desk], None] | None = None
    behind: Behind = field(init=False, default_factory=Behind)
    openid: Provider | None = field(init=False)
    model_files: ModelFiles = field(init=False)
    old_models: OldModels = field(init=False)
    training: TrainingJob = field(init=False)
    sessions: Sessions = field(init=False)
    lane: Lane = field(init=False)
    door: Lane = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is read yet."""
        rules = self.settings.pages
        self.sessions = Sessions(self.engine, rules)
        named = self.settings.sign_in.openid
        self.openid = Provider(named) if named else None
        self._threads = WorkingThreads("pages", THREADS)
        self._door_threads = WorkingThreads("door", DOOR_THREADS)
        self.lane = Lane(self._threads, rules.max_wait_for_page_seconds)
        self.door = Lane(self._door_threads, rules.max_wait_for_page_seconds)
        self._figures: Snapshot[Figures] = Snapshot(self._make_figures, rules, self.behind)
        self._board: Snapshot[Board] = Snapshot(lambda _: self._make_board(), rules, self.behind)
        self.model_files = ModelFiles(self.settings)
        self.old_models = OldModels(self.champions, self.registry)
        self.training = TrainingJob(self.settings)

    @property
    def now(self) -> datetime:
        """The moment at which the service stands."""
        return self.clock.now()

    def start(self, prepared: Event) -> None:
        """Make the figures before somebody asks for them, once that which scores need is `prepared`."""
        if self.settings.pages.warms_at_start:
            self.behind.do(prepared.wait)
            self.behind.do(self._figures.get)

    def close(self) -> None:
        """Let pages under way end. Figures may be under way for seconds: `behind` is closed after the receipts."""
        self.behind.stop()
        self._threads.close()
        self._door_threads.close()

    def reps(self, scope: Scope) -> dict[str, RepName]:
        """The reps that a visitor sees, by id."""
        return reps_of(self.engine, scope)

    def channels(self, language: str) -> dict[str, str]:
        """What people call each channel, by its id."""
        names = channel_names(self.engine)
        return {one: str(getattr(channel_words(one, names), language)) for one in names}

    def board(self) -> Board:
        """Open leads by priority, everybody's: a page shows of it what the visitor's scope allows.

        Raises
        ------
        UnavailableError: there is no model, or the online store does not answer.
        """
        return self._board.get()

    def figures(self, scope: Scope) -> OwnFigures:
        """Figures of the reps that the scope's SQL gives. A page asks once, so that all it shows is of one moment."""
        return OwnFigures(self._figures.get(), None if scope.is_everybody else tuple(self.reps(scope)))

    def findings(self, days: int) -> list[Finding]:
        """What was found in the last days, oldest first."""
        return read_findings(self.engine, self.now - timedelta(days=days), self.now)

    def formats(self, visitor: Visitor) -> Formats:
        """How figures are written for this visitor."""
        return Formats(visitor.language, ZoneInfo(self.settings.intake.timezone), self.settings.intake.currency)

    def _make_figures(self, old: Figures | None) -> Figures:
        made = Figures(load_facts(self.engine, self.settings, self.now))
        if old is not None:
            made.make_like(old, RENEWING_SHARE * self.settings.pages.figures_seconds, self.behind.attempt)
            self.behind.do(self._board.get)  # whichever of the two is read, the other is not found too old
        elif self.warm_up is not None:
            self.behind.do(partial(self.warm_up, self))
        return made

    def _make_board(self) -> Board:
        champion = needed(self.champions, "win")
        weeks = rep_weeks(self.engine, self.settings, self.now)
        return make_board(self._figures.fresh().facts, champion, self.vectors, self.settings, self.now, weeks)
