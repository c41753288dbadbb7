"""After a refresh: what other systems are told of the new scores and credit holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Protocol

from configs.settings import Settings
from crm_core.exchange.score_changes import BODY
from scoring import customer_scores, lead_scores
from serving.champion import ChampionHolder
from serving.clock import Clock
from serving.vectors import Entity, VectorSource


class Publisher(Protocol):
    """The change feed; both return how many changes were worth telling."""

    def scores(self, entity: str, scores: Mapping[str, Mapping[str, Any]], at: datetime) -> int: ...  # noqa: D102
    def credit_holds(self, holds: Mapping[str, bool], at: datetime) -> int: ...  # noqa: D102


class Announcer:
    """Scores what was refreshed and hands the figures to the feed, which tells of those that moved."""

    def __init__(
        self,
        champions: ChampionHolder,
        vectors: VectorSource,
        publisher: Publisher,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._champions = champions
        self._vectors = vectors
        self._publisher = publisher
        self._clock = clock
        self._settings = settings

    def __call__(self, entity: Entity, ids: Sequence[str]) -> None:
        """Tell of these leads or customers; nothing where there is no model, or no vector."""
        of_entity: dict[Entity, Callable[[Sequence[str]], None]] = {"leads": self._leads, "customers": self._customers}
        of_entity[entity](ids)

    def _leads(self, ids: Sequence[str]) -> None:
        champion, now = self._champions.get("win"), self._clock.now()
        found = self._vectors.of("leads", ids, now)
        if champion is None or not found:
            return
        rows = [vector.values for vector in found.values()]
        scores = lead_scores.score_vectors(champion.artefact, rows, self._settings, with_reasons=False)
        version = {"model_version": str(champion.version)}
        bodies = {key: body_of("lead", asdict(score)) | version for key, score in zip(found, scores, strict=True)}
        self._publisher.scores("lead", bodies, now)
        self._publisher.credit_holds({key: body["credit_hold"] for key, body in bodies.items()}, now)

    def _customers(self, ids: Sequence[str]) -> None:
        churn, rfm, now = self._champions.get("churn"), self._champions.get("rfm"), self._clock.now()
        found = self._vectors.of("customers", ids, now)
        if churn is None or rfm is None or not found:
            return
        rows = [vector.values for vector in found.values()]
        scores = customer_scores.score_vectors(churn.artefact, rfm.artefact, rows, self._settings, with_reasons=False)
        version = {"model_version": f"{churn.version},{rfm.version}"}
        bodies = {key: body_of("customer", asdict(score)) | version for key, score in zip(found, scores, strict=True)}
        self._publisher.scores("customer", bodies, now)


def body_of(entity: str, figures: Mapping[str, Any]) -> dict[str, Any]:
    """The figures that the feed tells of a score."""
    return {name: figures[name] for name in BODY[entity]}
