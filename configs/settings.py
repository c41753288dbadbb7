"""The only reader of YAML and of the environment.

Precedence, strongest first: environment (`FUNNELCAST_STORES__ONLINE_STORE=redis`), what was edited (`settings.yaml` of
the state), the file named by `FUNNELCAST_CONFIG`, the files in `configs/`. `FUNNELCAST_HOME` names the folder of all
state.

Errors
    ConfigError   a file is missing or malformed, or a key unknown or out of range
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import PrivateAttr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from configs import sections
from configs.override_layer import EDITABLE, Overrides, laid_over
from configs.paths import Paths

CONFIG_FOLDER = Path(__file__).parent
PROJECT_FOLDER = CONFIG_FOLDER.parent
SECTION_NAMES = (
    "funnel",
    "intake",
    "golden_record",
    "calendar",
    "playbook",
    "features",
    "rfm",
    "service_plan",
    "tags",
    "recognition",
    "commission",
    "training",
    "scoring",
    "serving",
    "monitoring",
    "diagnosis",
    "retraining",
    "alerts",
    "exchange",
    "access",
    "pages",
    "priority",
    "sign_in",
    "daily",
    "write_back",
    "stores",
)


_SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's, seven times as fast, where the wheel has it


class ConfigError(Exception):
    """The configuration cannot be used; the message names file, key, rule and value."""

    http_status = 500


class Settings(BaseSettings):
    """All configuration, immutable. Build it with `load_settings`."""

    model_config = SettingsConfigDict(env_prefix="FUNNELCAST_", env_nested_delimiter="__", extra="ignore", frozen=True)

    home: Path | None = None
    api_key: str | None = None  # a key that the service accepts beside those in its table, for a first start
    funnel: sections.Funnel
    calendar: sections.Calendar
    playbook: sections.Playbook
    intake: sections.Intake
    golden_record: sections.GoldenRecord
    features: sections.Features
    rfm: sections.Rfm
    service_plan: sections.ServicePlan
    tags: sections.Tags
    recognition: sections.Recognition
    commission: sections.Commission
    training: sections.Training
    scoring: sections.Scoring
    serving: sections.Serving
    monitoring: sections.Monitoring
    diagnosis: sections.Diagnosis
    retraining: sections.Retraining
    alerts: sections.Alerts
    exchange: sections.Exchange
    access: sections.Access
    pages: sections.Pages
    priority: sections.Priority
    sign_in: sections.SignIn
    daily: sections.Daily
    write_back: sections.WriteBack
    stores: sections.Stores

    _files: dict[str, Any] = PrivateAttr(default_factory=dict)  # what stands below the edits, of edited sections

    @property
    def paths(self) -> Paths:
        """Where every piece of state lies."""
        return _paths(self.home)

    def without_overrides(self) -> Settings:
        """The same with edited sections as the files have them: what another process lays its own edits over."""
        return self.model_copy(update=self._files)

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the CRM database."""
        return self.stores.database_url or f"sqlite:///{self.paths.crm_db}"

    @property
    def mlflow_tracking_uri(self) -> str:
        """URI of MLflow's tracking store and registry."""
        return self.stores.mlflow_tracking_uri or f"sqlite:///{self.paths.mlruns / 'mlflow.db'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 (the signature is pydantic's)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment outranks the files, which come in through the constructor."""
        return env_settings, init_settings


def load_settings(config_file: Path | None = None, overrides: Mapping[str, Any] | None = None) -> Settings:
    """Read the configuration once, at the composition root.

    Parameters
    ----------
    config_file: YAML file whose sections override those of `configs/`; default the one named by `FUNNELCAST_CONFIG`.
    overrides: edited values by dotted key; default those of the state.

    Raises
    ------
    ConfigError: a file is missing or malformed, or a key unknown or out of range.
    """
    named = config_file or (Path(os.environ["FUNNELCAST_CONFIG"]) if os.environ.get("FUNNELCAST_CONFIG") else None)
    content: dict[str, Any] = {name: read_yaml(CONFIG_FOLDER / f"{name}.yaml") for name in SECTION_NAMES}
    if named is not None:
        own = read_yaml(named)
        if unknown := sorted(set(own) - set(SECTION_NAMES)):
            raise ConfigError(
                f"Sections of {named} must be among {', '.join(SECTION_NAMES)}, but got {', '.join(unknown)}."
            )
        content = _merged(content, own)
    if overrides is None:
        home = os.environ.get("FUNNELCAST_HOME")
        overrides = read_overrides(_paths(Path(home) if home else None).overrides)
    try:
        settings = Settings(**laid_over(content, overrides))
        if overrides:
            files = Settings(**content)
            edited = {key.split(".")[0] for key in overrides}
            settings._files = {section: getattr(files, section) for section in sorted(edited)}
    except ValidationError as error:
        raise ConfigError(_in_words(error)) from None
    return settings


def read_overrides(path: Path) -> Overrides:
    """Edited values by dotted key; none where nothing was edited.

    Raises
    ------
    ConfigError: the file cannot be read, or names a section that is not edited this way.
    """
    overrides = read_yaml(path) if path.is_file() else {}
    if unknown := sorted(key for key in overrides if str(key).split(".")[0] not in EDITABLE):
        raise ConfigError(f"Keys of {path} must be of {', '.join(EDITABLE)}, but got {', '.join(map(str, unknown))}.")
    return overrides


def parse_value(text: str) -> Any:
    """A value as somebody typed it, in YAML: `0.6`, `[1, 2]`, `{min: 3}`.

    Raises
    ------
    ConfigError: it is no YAML.

    >>> parse_value("{en: A, points: 3}")
    {'en': 'A', 'points': 3}
    """
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"A value must be YAML, but cannot be read: {' '.join(str(error).split())}.") from None


def in_yaml(value: Any) -> str:
    """A value as YAML that people can edit.

    >>> in_yaml(0.5), in_yaml(["a", "b"])
    ('0.5', '[a, b]')
    """
    is_flat = not isinstance(value, dict) or not value
    if isinstance(value, list):
        is_flat = not any(isinstance(one, dict) for one in value)
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=110, default_flow_style=is_flat or None)
    return text.removesuffix("\n").removesuffix("\n...").strip()


def pinned_by_environment(key: str) -> str | None:
    """The environment variable that decides a key whatever is edited; None where there is none.

    It may name the key, what stands above it, or a part of it.
    """
    name = f"FUNNELCAST_{key.replace('.', '__')}".upper()
    for variable in sorted(os.environ):
        told = variable.upper()
        if told == name or told.startswith(f"{name}__") or name.startswith(f"{told}__"):
            return variable
    return None


class _WordsLoader(yaml.SafeLoader):
    """Reads every plain scalar but null as the word that stands there: `no` stays no, `007` stays 007."""

    yaml_implicit_resolvers = {  # noqa: RUF012 (theirs is no ClassVar either)
        first: [resolver for resolver in resolvers if resolver[0].endswith((":null", ":merge"))]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """As the parent does, but of a key that stands twice the first would be lost unseen."""
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path, *, as_words: bool = False) -> dict[str, Any]:
    """Content of a YAML file whose top level is a mapping; an empty file is an empty mapping.

    `as_words`: scalars stay strings (or null), for files that speak of the values in an export.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_WordsLoader if as_words else _SAFE)  # noqa: S506 (both are safe)
    except FileNotFoundError:
        raise ConfigError(f"The configuration file {path} must exist, but there is none.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} must be YAML in UTF-8, but cannot be read: {' '.join(str(error).split())}."
        ) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError(f"{path} must hold a mapping of keys, but got a {type(content).__name__}.")
    return content


def read_secret(variable: str) -> str:
    """A secret that the configuration names by its environment variable.

    Raises
    ------
    ConfigError: the variable is not set, or empty.
    """
    if not (value := os.environ.get(variable)):
        raise ConfigError(f"The environment variable {variable} must be set, but is not: the configuration names it.")
    return value


def _paths(home: Path | None) -> Paths:
    return Paths.under(home) if home else Paths.of_project(PROJECT_FOLDER)


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`base` with the leaves of `over` in the place of its own; lists are replaced whole."""
    result = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = _merged(result[key], value) if both else value
    return result


def _in_words(error: ValidationError) -> str:
    faults = [
        f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}, but got {fault['input']!r}" for fault in error.errors()
    ]
    return f"The configuration has {len(faults)} fault(s): {'; '.join(faults)}."
