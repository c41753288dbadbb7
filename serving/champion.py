"""The models that score now: loaded at the start, replaced while running when another champion is named."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from scoring.artefact import Artefact
from serving import metrics
from serving.request_log import describe_failure

logger = logging.getLogger("funnelcast.champion")

MODELS = ("win", "churn", "rfm")
RETRY_REFUSED_SECONDS = 60.0


class ModelRegistry(Protocol):
    """What is asked of the registry."""

    def champion_version(self, name: str) -> int | None: ...  # noqa: D102
    def load(self, name: str, version: int) -> Artefact: ...  # noqa: D102


@dataclass(frozen=True)
class Champion:
    """A model that scores, and which version of it."""

    artefact: Artefact
    version: int


@dataclass(frozen=True)
class Refusal:
    """A version that was not taken, and why."""

    name: str
    version: int
    reason: str


class ChampionHolder:
    """Holds one champion per model. A new one is loaded beside the old, checked, then swapped in by one assignment.

    One that cannot be loaded, or fails its check, is refused and the old one stays; it is tried again after a minute,
    or at once when yet another version is named. A registry that does not answer changes nothing.

    Parameters
    ----------
    columns: the features that there are for a model; one that asks for others is refused.
    tell: called with each refusal, once per version; its failure is logged.
    keeps_last: whether the last one stays where the registry names none any more.
    """

    def __init__(
        self,
        registry: ModelRegistry,
        poll_seconds: float,
        names: Iterable[str] = MODELS,
        columns: Callable[[str], Collection[str]] | None = None,
        tell: Callable[[Refusal], object] = lambda _: None,
        keeps_last: bool = True,
    ) -> None:
        self._registry = registry
        self._poll_seconds = poll_seconds
        self._names = tuple(names)
        self._columns, self._tell, self._keeps_last = columns, tell, keeps_last
        self._champions: dict[str, Champion] = {}
        self._refused: dict[str, tuple[int, float]] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="champions", daemon=True)

    def get(self, name: str) -> Champion | None:
        """The champion of this model, or None where there is none yet."""
        return self._champions.get(name)

    @property
    def has_any(self) -> bool:
        """Whether there is anything to score with."""
        return bool(self._champions)

    def start(self) -> None:
        """Load what there is, then watch for changes."""
        self.refresh()
        self._thread.start()

    def stop(self) -> None:
        """End watching; the models stay."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def refresh(self) -> None:
        """Ask the registry once for every model and take what is new and good."""
        for name in self._names:
            try:
                self._refresh(name)
            except Exception as error:
                logger.warning("registry not read", extra={"fields": {"model": name, **describe_failure(error)}})

    def _refresh(self, name: str) -> None:
        version = self._registry.champion_version(name)
        if version is None:
            self._drop(name)
            return
        current = self._champions.get(name)
        if (current is not None and current.version == version) or self._is_refused(name, version):
            return
        columns = self._columns(name) if self._columns else None
        try:
            artefact = self._registry.load(name, version)
            check(artefact, name, columns)
        except Exception as error:
            self._refuse(name, version, error)
            return
        self._take(name, Champion(artefact, version))

    def _take(self, name: str, champion: Champion) -> None:
        current = self._champions.get(name)
        self._champions[name] = champion
        self._refused.pop(name, None)
        if current is not None:
            metrics.MODEL_LOADED.labels(name, current.version).set(0)
        metrics.MODEL_LOADED.labels(name, champion.version).set(1)
        logger.info("model loaded", extra={"fields": {"model": name, "version": champion.version}})

    def _drop(self, name: str) -> None:
        if not self._keeps_last and (left := self._champions.pop(name, None)) is not None:
            metrics.MODEL_LOADED.labels(name, left.version).set(0)

    def _is_refused(self, name: str, version: int) -> bool:
        refused, until = self._refused.get(name, (0, 0.0))
        return refused == version and time.monotonic() < until

    def _refuse(self, name: str, version: int, error: Exception) -> None:
        is_new = self._refused.get(name, (0, 0.0))[0] != version
        self._refused[name] = (version, time.monotonic() + RETRY_REFUSED_SECONDS)
        metrics.MODEL_REFUSED.labels(name).inc()
        fields = {"model": name, "version": version, "reason": str(error), **describe_failure(error)}
        logger.error("model refused", extra={"fields": fields})
        if is_new:
            self._tell_of(Refusal(name, version, str(error)))

    def _tell_of(self, refusal: Refusal) -> None:
        try:
            self._tell(refusal)
        except Exception as error:
            logger.warning("refusal not recorded", extra={"fields": describe_failure(error)})

    def _watch(self) -> None:
        while not self._stop.wait(self._poll_seconds):
            self.refresh()


def check(artefact: Artefact, name: str, columns: Collection[str] | None = None) -> None:
    """Score and explain a row of which every value is missing. (Its files and own smoke rows were checked when it was
    loaded.) What explaining makes once per model is made here, and not while the first caller waits.

    Raises
    ------
    ValueError: it is another model, asks for features that there are none of (`columns` are those that there are), or a
    result is not a probability, or not one per class.
    """
    if artefact.name != name:
        raise ValueError(f"The artefact must be of model {name}, but got {artefact.name}.")
    if columns is not None and (absent := [spec.name for spec in artefact.features if spec.name not in columns]):
        raise ValueError(f"The model must read features that there are, but got {', '.join(absent[:5])}.")
    row = artefact.encode_row({})
    artefact.contributions(row)
    probabilities = np.asarray(artefact.predict(row), dtype=float)
    expected = (1, 3) if name == "rfm" else (1,)
    if probabilities.shape != expected:
        raise ValueError(f"The smoke row must give probabilities of shape {expected}, but got {probabilities.shape}.")
    if not np.all((probabilities >= 0) & (probabilities <= 1)):
        raise ValueError(f"The smoke row must give probabilities, but got {probabilities.tolist()}.")
