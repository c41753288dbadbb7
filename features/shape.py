"""The shape of the features: everything that decides which columns there are, apart from the code.

Attributes and kinds of activity come from the data. The shape is computed once per build and kept beside the offline
features; a kind that once had columns keeps them, so that a model trained on them goes on getting them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import ibis

from configs.settings import Settings
from features.asof import Table
from features.lake_extract import AttributeColumn
from features.lake_manifest import write_atomically
from features.moments import standard_offset_seconds


@dataclass(frozen=True)
class Stage:
    """An open stage of the funnel."""

    name: str
    en: str
    zh: str

    @property
    def slug(self) -> str:
        """The stage in names of columns."""
        return slugged(self.name)


@dataclass(frozen=True)
class FeatureShape:
    """Attributes, kinds of activity, stages and windows that features are made of."""

    attributes: tuple[AttributeColumn, ...]
    logged: tuple[tuple[str, str], ...]  # (entity, column) that the change log speaks of
    activity_kinds: tuple[str, ...]
    open_stages: tuple[Stage, ...]
    won_stages: tuple[str, ...]
    lost_stages: tuple[str, ...]
    window_days: tuple[int, ...]
    track_days: int
    rfm_days: int
    offset_seconds: int
    rfm: Mapping[str, Mapping[str, float]]

    def attributes_of(self, entity: str) -> list[AttributeColumn]:
        """Attributes of lead or customer."""
        return [one for one in self.attributes if one.entity == entity]

    def logged_columns(self, entity: str) -> list[str]:
        """Columns of lead or customer whose changes are in the change log."""
        return [column for of, column in self.logged if of == entity]

    @property
    def terminal_stages(self) -> tuple[str, ...]:
        """Stages that close a lead."""
        return self.won_stages + self.lost_stages

    @property
    def digest(self) -> str:
        """Changes with anything that changes columns or their meaning."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]

    def to_json(self) -> str:
        """Stable text."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)


def slugged(text: str) -> str:
    """Text as a part of a column's name.

    >>> slugged("Phone call (out)")
    'phone_call_out'
    """
    return re.sub(r"\W+", "_", text).strip("_").lower()


def make_shape(
    settings: Settings,
    attributes: Iterable[AttributeColumn],
    logged: Iterable[tuple[str, str]],
    activity_kinds: Iterable[str],
) -> FeatureShape:
    """The shape for these settings and this data."""
    open_names = set(settings.funnel.names())
    return FeatureShape(
        attributes=tuple(attributes),
        logged=tuple(sorted(logged)),
        activity_kinds=tuple(activity_kinds),
        open_stages=tuple(Stage(s.name, s.en, s.zh) for s in settings.funnel.stages if s.name in open_names),
        won_stages=tuple(settings.funnel.names("won")),
        lost_stages=tuple(settings.funnel.names("lost")),
        window_days=tuple(settings.features.window_days),
        track_days=settings.features.track_record_days,
        rfm_days=settings.features.rfm_window_days,
        offset_seconds=standard_offset_seconds(settings.intake.timezone),
        rfm=settings.rfm.model_dump(),
    )


def ranked_kinds(activities: Table, as_of: Any, settings: Settings) -> Table:
    """Kinds of activity with enough rows visible at as_of, a datetime or an expression; the most frequent first."""
    seen = activities.filter((activities.visible_from <= as_of) & activities.kind.notnull())
    counts = seen.group_by("kind").aggregate(n=seen.count())
    counts = counts.filter(counts.n >= settings.features.min_activity_kind_rows)
    return counts.order_by([ibis.desc("n"), ibis.asc("kind")])


def kinds_with_columns(ranked: Iterable[str], known: Iterable[str], settings: Settings) -> list[str]:
    """Kinds of activity that get columns: those known before, then the most frequent."""
    kept = list(known)
    slugs = {slugged(kind) for kind in kept}
    for kind in ranked:
        if len(kept) >= settings.features.max_activity_kinds:
            break
        if kind not in kept and slugged(kind) not in slugs and slugged(kind):
            kept.append(kind)
            slugs.add(slugged(kind))
    return kept


def read_known_kinds(path: Path) -> list[str]:
    """Kinds that had columns before; none where nothing was built yet."""
    if not path.exists():
        return []
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return [str(kind) for kind in content["activity_kinds"]]


def read_shape(path: Path) -> FeatureShape:
    """The shape of the last build."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    lists = {name: tuple(value) for name, value in content.items() if isinstance(value, list)}
    lists["attributes"] = tuple(AttributeColumn(**one) for one in content["attributes"])
    lists["open_stages"] = tuple(Stage(**one) for one in content["open_stages"])
    lists["logged"] = tuple((entity, column) for entity, column in content["logged"])
    return FeatureShape(**{**content, **lists})


def write_shape(path: Path, shape: FeatureShape) -> None:
    """Keep the shape for the next build."""
    write_atomically(path, shape.to_json())
