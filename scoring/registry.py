"""Versions of the models and which one is the champion, kept in MLflow's registry.

MLflow holds the artefact as plain files; we fetch them, check their manifest and parse them ourselves:
`mlflow.*.load_model` would unpickle.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from configs.settings import Settings
from scoring.artefact import Artefact
from scoring.errors import ArtefactError, NoModelError, NoPreviousChampionError, UnknownVersionError
from scoring.mlflow_home import experiment_id, mlflow_client

if TYPE_CHECKING:
    from mlflow import MlflowClient

CHAMPION = "champion"
PREVIOUS = "previous"
HISTORY = "champion_history"
ARTEFACT_PATH = "model"
NOT_FOUND = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")  # no such model; no such alias of it


@dataclass(frozen=True)
class ChampionRef:
    """Where the champion is; `folder` holds a local copy of its files."""

    version: int
    folder: Path
    trained_as_of: datetime


@dataclass(frozen=True)
class Registry:
    """The registry of one installation; every call reads the store anew, so that another process's promotion is
    seen.
    """

    settings: Settings

    @cached_property
    def _client(self) -> MlflowClient:
        return mlflow_client(self.settings)

    def register(
        self, name: str, folder: Path, run_id: str | None = None, tags: Mapping[str, str] | None = None
    ) -> int:
        """Copy an artefact's files into a run and register them as the model's next version, which is returned.

        Raises
        ------
        ArtefactError: the folder does not hold a sound artefact.
        """
        artefact = Artefact.load(folder)
        client = self._client
        run = (
            client.get_run(run_id) if run_id else client.create_run(experiment_id(client, self.settings), run_name=name)
        )
        client.log_artifacts(run.info.run_id, str(folder), ARTEFACT_PATH)
        self._ensure_model(name)
        all_tags = {"trained_as_of": artefact.trained_as_of.isoformat(), **(tags or {})}
        source = f"{run.info.artifact_uri}/{ARTEFACT_PATH}"
        made = client.create_model_version(name, source, run_id=run.info.run_id, tags=all_tags)
        if run_id is None:
            client.set_terminated(run.info.run_id)
        return int(made.version)

    def tag(self, name: str, version: int, key: str, value: str) -> None:
        """Write a further tag on a version."""
        self._client.set_model_version_tag(name, str(version), key, value)

    def versions(self, name: str) -> list[dict[str, Any]]:
        """Every version, newest first: model, version, alias, trained_as_of, and the tags it was registered with."""
        aliases = self._aliases(name)
        found = self._client.search_model_versions(f"name = '{name}'")
        rows = [
            {**version.tags, "model": name, "version": int(version.version), "alias": aliases.get(int(version.version)),
             "run_id": version.run_id}
            for version in found
        ]  # fmt: skip
        return sorted(rows, key=lambda row: -int(row["version"]))

    def champion(self, name: str) -> ChampionRef | None:
        """The champion, its files fetched; None when there is none."""
        version = self.champion_version(name)
        if version is None:
            return None
        folder = self._fetch(name, version)
        trained_as_of = datetime.fromisoformat(self._version(name, version).tags["trained_as_of"])
        return ChampionRef(version, folder, trained_as_of)

    def champion_version(self, name: str) -> int | None:
        """The champion's version, without fetching it: cheap enough to ask often."""
        return self.version_of_alias(name, CHAMPION)

    def version_of_alias(self, name: str, alias: str) -> int | None:
        """The version that has this alias, in one look-up; None where there is none, or no such model."""
        from mlflow.exceptions import MlflowException  # noqa: PLC0415 (slow to import)

        try:
            return int(self._client.get_model_version_by_alias(name, alias).version)
        except MlflowException as error:
            if error.error_code in NOT_FOUND:
                return None
            raise

    def load_champion(self, name: str) -> tuple[Artefact, int]:
        """The champion, ready to score, and its version.

        Raises
        ------
        NoModelError: there is none.
        ArtefactError: its files are not what was registered.
        """
        version = self.champion_version(name)
        if version is None:
            raise NoModelError(
                f"A champion of the {name} model must exist before anything is scored, but there is none: "
                f"run `funnelcast train {name}`{self._by_hand(name)}."
            )
        return self.load(name, version), version

    def _by_hand(self, name: str) -> str:
        """What else can be done where versions were registered and the gate refused them all."""
        if not (rows := self.versions(name)):
            return ""
        version = rows[0]["version"]
        return f" anew, or put what the gate refused into use by hand: `funnelcast promote {name} {version}`"

    def load(self, name: str, version: int) -> Artefact:
        """Any version, ready to score."""
        folder = self._fetch(name, version)
        try:
            return Artefact.load(folder)
        except ArtefactError:
            # The copy may have been damaged while the registered files are sound; if they are not, this raises.
            shutil.rmtree(folder, ignore_errors=True)
            return Artefact.load(self._fetch(name, version))

    def promote(self, name: str, version: int) -> None:
        """Make a version the champion, after it was found sound; the champion until now becomes `previous`.

        Raises
        ------
        UnknownVersionError: there is no such version.
        """
        self.load(name, version)
        champion = self.champion_version(name)
        if champion == version:
            return
        if champion is not None:
            self._remember(name, [*self._history(name), champion])
        self._client.set_registered_model_alias(name, CHAMPION, str(version))

    def rollback(self, name: str) -> int:
        """Give the champion's place back to the version that had it before, which is returned.

        Raises
        ------
        NoPreviousChampionError: no version had it before.
        """
        history = self._history(name)
        if not history:
            raise NoPreviousChampionError(f"A rollback of {name} needs an earlier champion, but there is none.")
        version = history[-1]
        self.load(name, version)
        self._client.set_registered_model_alias(name, CHAMPION, str(version))
        self._remember(name, history[:-1])
        return version

    def _history(self, name: str) -> list[int]:
        """Champions before the present one, oldest first."""
        model = self._model(name)
        return [int(version) for version in json.loads(model.tags.get(HISTORY, "[]"))] if model else []

    def _remember(self, name: str, history: list[int]) -> None:
        self._client.set_registered_model_tag(name, HISTORY, json.dumps(history))
        if history:
            self._client.set_registered_model_alias(name, PREVIOUS, str(history[-1]))
        else:
            self._client.delete_registered_model_alias(name, PREVIOUS)

    def _aliases(self, name: str) -> dict[int, str]:
        """Alias of each version that has one; `champion` where a version has both."""
        model = self._model(name)
        pairs = sorted(model.aliases.items(), key=lambda pair: pair[0] == CHAMPION) if model else []
        return {int(version): alias for alias, version in pairs}

    def _model(self, name: str) -> Any:
        found = self._client.search_registered_models(f"name = '{name}'")
        return found[0] if found else None

    def _ensure_model(self, name: str) -> None:
        if self._model(name) is None:
            self._client.create_registered_model(name)

    def _version(self, name: str, version: int) -> Any:
        from mlflow.exceptions import MlflowException  # noqa: PLC0415 (slow to import)

        try:
            return self._client.get_model_version(name, str(version))
        except MlflowException:
            known = [row["version"] for row in self.versions(name)]
            if not known:
                raise UnknownVersionError(
                    f"A version of {name} must have been trained, but none is: run `funnelcast train {name}`."
                ) from None
            listed = ", ".join(str(number) for number in known)
            raise UnknownVersionError(f"Version must be one of {listed} of {name}, but got {version}.") from None

    def _fetch(self, name: str, version: int) -> Path:
        """A local copy of a version's files. A version never changes, so one copy serves."""
        found = self._version(name, version)
        cache = self.settings.paths.home / "models" / name
        folder = cache / str(found.run_id)
        if not folder.exists():
            cache.mkdir(parents=True, exist_ok=True)
            # Fetched beside and renamed, so that another process never sees half a copy.
            with TemporaryDirectory(dir=cache) as beside:
                fetched = Path(self._client.download_artifacts(found.run_id, ARTEFACT_PATH, beside))
                with suppress(OSError):  # another process may have been faster
                    fetched.rename(folder)
        return folder
