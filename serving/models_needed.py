"""Without a model there is no score."""

from __future__ import annotations

from typing import Any

from serving.champion import Champion, ChampionHolder
from serving.errors import UnavailableError


def needed(champions: ChampionHolder, name: str) -> Champion:
    """The champion of this model.

    Raises
    ------
    UnavailableError: there is none; code no_model.
    """
    champion = champions.get(name)
    if champion is None:
        raise UnavailableError(
            f"A {name} model must have been promoted before anything is scored, but there is none.", "no_model"
        )
    return champion


def model_answer(name: str, champion: Champion) -> dict[str, Any]:
    """The model as the contract tells it."""
    trained_as_of = champion.artefact.trained_as_of.isoformat()
    return {"name": name, "version": champion.version, "trained_as_of": trained_as_of}
