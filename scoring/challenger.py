"""The version that runs beside the champion unseen: MLflow's alias `challenger`."""

from __future__ import annotations

from configs.settings import Settings
from scoring.artefact import Artefact
from scoring.mlflow_home import mlflow_client
from scoring.registry import Registry

CHALLENGER = "challenger"


class Challengers:
    """The registry as the one who serves a challenger sees it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._registry = Registry(settings)

    def champion_version(self, name: str) -> int | None:
        """The challenger's version; None where there is none, or it has become the champion."""
        version = self._registry.version_of_alias(name, CHALLENGER)
        return None if version is None or version == self._registry.champion_version(name) else version

    def load(self, name: str, version: int) -> Artefact:
        """The version, its files checked."""
        return self._registry.load(name, version)

    def name(self, name: str, version: int) -> None:
        """Make a version the challenger, after it was found sound.

        Raises
        ------
        UnknownVersionError: there is no such version. ArtefactError: its files are not what was registered.
        """
        self._registry.load(name, version)
        mlflow_client(self._settings).set_registered_model_alias(name, CHALLENGER, str(version))

    def clear(self, name: str) -> None:
        """From now on there is none."""
        mlflow_client(self._settings).delete_registered_model_alias(name, CHALLENGER)
