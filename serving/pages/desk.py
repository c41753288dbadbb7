"""What all pages work with: one per worker process."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from configs.settings import Settings
from crm_core.access import Scope
from crm_core.findings import Finding, read_findings
from crm_core.funnel import FunnelFacts, load_facts
from crm_core.lookup.rep_weeks import rep_weeks
from crm_core.lookup.reps import RepName, reps_of
from crm_core.queries import channel_names
from serving.champion import ChampionHolder
from serving.clock import Clock
from serving.lead_scoring import LeadScoring
from serving.models_needed import needed
from serving.pages.board import Board, make_board
from serving.pages.formats import Formats
from serving.pages.model_files import ModelFiles
from serving.pages.old_models import OldModels
from serving.pages.openid.provider import Provider
from serving.pages.own_facts import facts_of_reps
from serving.pages.sessions import Sessions
from serving.pages.shelf import Shelf
from serving.pages.snapshot import Snapshot
from serving.pages.visitor import Visitor
from serving.training_job import TrainingJob
from serving.turns import Lane
from serving.vectors import VectorSource

T = TypeVar("T")
THREADS = 3
DOOR_THREADS = 2  # an argon2 hash takes 64 MiB: more at once would let strangers fill the memory


@dataclass
class Desk:
    """Stores and figures. Figures of the funnel, the board, tiers, stars and commission are as old as
    `pages.figures_seconds`; every single record is read as it stands.
    """

    engine: Any
    settings: Settings
    clock: Clock
    champions: ChampionHolder
    vectors: VectorSource
    leads: LeadScoring
    registry: Any = None
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
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="pages")
        self._door_threads = ThreadPoolExecutor(DOOR_THREADS, thread_name_prefix="door")
        self.lane = Lane(self._threads, rules.max_wait_for_page_seconds)
        self.door = Lane(self._door_threads, rules.max_wait_for_page_seconds)
        self._facts = Snapshot(lambda: load_facts(self.engine, self.settings, self.now), rules.figures_seconds)
        self._board = Snapshot(self._make_board, rules.figures_seconds)
        self._shelf = Shelf()
        self.model_files = ModelFiles(self.settings)
        self.old_models = OldModels(self.champions, self.registry)
        self.training = TrainingJob(self.settings)

    @property
    def now(self) -> datetime:
        """The moment at which the service stands."""
        return self.clock.now()

    def close(self) -> None:
        """Let pages under way end."""
        self._threads.shutdown(wait=True)
        self._door_threads.shutdown(wait=True)

    def reps(self, scope: Scope) -> dict[str, RepName]:
        """The reps that a visitor sees, by id."""
        return reps_of(self.engine, scope)

    def channels(self) -> dict[str, str]:
        """Name of each channel by its id."""
        return channel_names(self.engine)

    def board(self) -> Board:
        """Open leads by priority, everybody's: a page shows of it what the visitor's scope allows.

        Raises
        ------
        UnavailableError: there is no model, or the online store does not answer.
        """
        return self._board.get()

    def facts(self, scope: Scope) -> FunnelFacts:
        """The funnel's facts of the reps that the scope's SQL gives."""
        facts = self._facts.get()
        if scope.is_everybody:
            return facts
        own = tuple(self.reps(scope))
        return self._shelf.get(facts, ("facts", own), lambda: facts_of_reps(facts, own))

    def figures(self, scope: Scope, key: tuple[Any, ...], make: Any) -> Any:
        """`make(facts)` of the scope's facts, kept until the facts are others. `key` names it with its arguments."""
        facts = self.facts(scope)
        own = None if scope.is_everybody else tuple(self.reps(scope))
        return self._shelf.get(self._facts.get(), (*key, own), lambda: make(facts))

    def kept(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """What `make` gives, kept as long as the facts are. It is everybody's: a page shows what its scope allows."""
        return self._shelf.get(self._facts.get(), key, make)

    def findings(self, days: int) -> list[Finding]:
        """What was found in the last days, oldest first."""
        return read_findings(self.engine, self.now - timedelta(days=days), self.now)

    def formats(self, visitor: Visitor) -> Formats:
        """How figures are written for this visitor."""
        return Formats(visitor.language, ZoneInfo(self.settings.intake.timezone), self.settings.intake.currency)

    def _make_board(self) -> Board:
        champion = needed(self.champions, "win")
        weeks = rep_weeks(self.engine, self.settings, self.now)
        return make_board(self._facts.get(), champion, self.vectors, self.settings, self.now, weeks)
