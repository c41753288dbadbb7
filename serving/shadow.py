"""A challenger that scores a share of the same calls, unseen: its scores are stored and never returned."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from queue import Full, Queue
from typing import Protocol

from scoring.artefact import Artefact
from serving import metrics
from serving.champion import Champion, ChampionHolder
from serving.receipts import ReceiptWriter
from serving.request_log import describe_failure
from serving.scored_entity import ScoredEntity

logger = logging.getLogger("funnelcast.shadow")

MODEL_NAME = "win:challenger"  # in its receipts
CALLS_WAITING = 100  # more are not scored: a shadow must never press on those that are answered


class Shadow(Protocol):
    """Takes what the champion scored; never waits and never raises."""

    def offer(self, scored: Sequence[ScoredEntity]) -> None: ...  # noqa: D102


class NoShadow:
    """No challenger."""

    def offer(self, scored: Sequence[ScoredEntity]) -> None:
        """Do nothing."""


class ChallengerShadow:
    """One thread that scores what it is offered by the challenger, from the same features as the champion.

    Parameters
    ----------
    challengers: holds the challenger of this moment, if there is one.
    share: of the calls, 0 to 1, at random. seed: of the sampling.
    """

    def __init__(self, challengers: ChampionHolder, receipts: ReceiptWriter, share: float, seed: int = 0) -> None:
        self._challengers, self._receipts, self._share = challengers, receipts, share
        self._random = random.Random(seed)  # noqa: S311 (a sample, not a secret)
        self._waiting: Queue[Sequence[ScoredEntity]] = Queue(CALLS_WAITING)  # an empty call: stop
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="shadow", daemon=True)

    def start(self) -> None:
        """Load the challenger, and start the thread."""
        self._challengers.start()
        self._thread.start()

    def close(self) -> None:
        """End after the call under way; what waits is left."""
        self._challengers.stop()
        self._stop.set()
        if self._thread.is_alive():
            with suppress(Full):  # then it does not wait for a call
                self._waiting.put_nowait([])
            self._thread.join()

    def offer(self, scored: Sequence[ScoredEntity]) -> None:
        """Score these too, if there is a challenger and the call is of the sample."""
        if not scored or self._challengers.get("win") is None or self._random.random() >= self._share:
            return
        try:
            self._waiting.put_nowait(scored)
        except Full:
            metrics.SHED.labels("shadow").inc()

    def _run(self) -> None:
        while not self._stop.is_set():
            scored = self._waiting.get()
            challenger = self._challengers.get("win")
            if scored and challenger is not None:
                self._score(challenger, scored)

    def _score(self, challenger: Champion, scored: Sequence[ScoredEntity]) -> None:
        try:
            receipts = [shadow_of(entity, challenger).receipt() for entity in scored]
        except Exception as error:  # a challenger is not trusted yet
            logger.warning("challenger failed", extra={"fields": describe_failure(error)})
            return
        self._receipts.put(receipts)
        metrics.SHADOW_SCORES.labels(challenger.version).inc(len(receipts))


def shadow_of(entity: ScoredEntity, challenger: Champion) -> ScoredEntity:
    """The challenger's score of what the champion scored, beside the champion's own."""
    artefact: Artefact = challenger.artefact
    probability = float(artefact.predict(artefact.encode_row(entity.features))[0])
    figures = {
        "challenger_win_probability": probability,
        "champion_win_probability": entity.figures["win_probability"],
    }
    stamp = replace(entity.stamp, model_name=MODEL_NAME, model_version=str(challenger.version))
    return ScoredEntity(
        stamp, entity.entity_id, figures, [], entity.features, entity.features_as_of, entity.is_degraded
    )
