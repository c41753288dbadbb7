"""Versions of the win model that gave older scores, so that a change between two scores can be split."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from typing import Any

from scoring.artefact import Artefact
from scoring.errors import ScoringError
from serving.champion import ChampionHolder
from serving.request_log import describe_failure

logger = logging.getLogger("funnelcast.pages")
KEPT = 4  # a lead's receipts are of few versions


class OldModels:
    """Keeps the last few that were asked for. registry: None where there is none; then only the champion is known."""

    def __init__(self, champions: ChampionHolder, registry: Any, name: str = "win") -> None:
        self._champions, self._registry, self._name = champions, registry, name
        self._kept: OrderedDict[str, Artefact] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, version: str) -> Artefact | None:
        """The model of this version; None where it cannot be had any more."""
        champion = self._champions.get(self._name)
        if champion is not None and str(champion.version) == version:
            return champion.artefact
        with self._lock:
            if version not in self._kept and (found := self._load(version)) is not None:
                self._kept[version] = found
            if version in self._kept:
                self._kept.move_to_end(version)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return self._kept.get(version)

    def _load(self, version: str) -> Artefact | None:
        if self._registry is None or not version.isdecimal():
            return None
        try:
            found: Artefact = self._registry.load(self._name, int(version))
        except (ScoringError, OSError, ValueError) as error:
            fields = {"version": version, **describe_failure(error)}
            logger.warning("old model not loaded", extra={"fields": fields})
            return None
        return found
