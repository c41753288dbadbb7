"""The door to features: build them, train on them, score with them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa

from configs.progress import SILENT, Progress
from configs.settings import Settings
from crm_core import queries
from features import customer_features, lead_features, on_demand, training_rows
from features.definitions import CHANNEL_VIEW, CUSTOMER_VIEW, LEAD_VIEW, MODELS, feast_objects
from features.errors import FeatureError
from features.frames import as_frame
from features.lake_compaction import compact
from features.lake_extract import attribute_columns, extract
from features.lake_manifest import Manifest, locked, write_atomically
from features.landmarks import created_leads
from features.moments import LATEST, start_of_day, to_aware_utc, to_naive_utc
from features.offline import OfflineState, build_offline, offline_state
from features.online.reader import OnlineReader
from features.online.writer import OnlineWriter
from features.refresh import Refresh
from features.row_path import RowPath
from features.schema import Feature
from features.session import Session
from features.shape import FeatureShape, read_known_kinds, read_shape, write_shape
from features.spines import current_spine
from features.store import applied_store
from features.training_frame import TrainingFrame, assemble, historical_features

MONEY_UNITS = ("cents", "currency")
ENTITY_VIEWS = {"leads": LEAD_VIEW, "customers": CUSTOMER_VIEW, "channels": CHANNEL_VIEW}
REFRESHED = ("leads", "customers")  # a channel's record is that of the day before


@dataclass(frozen=True)
class BuildReport:
    """`extracted`: row versions per table; `offline`: rows per view; empty where nothing had changed; `online`:
    vectors written per view; `removed`: vectors of entities that are closed or gone.
    """

    as_of: datetime
    change_seq: int
    extracted: dict[str, int]
    offline: dict[str, int]
    online: dict[str, int]
    removed: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """For the command line's last line."""
        return {**asdict(self), "as_of": self.as_of.isoformat()}


class FeatureRepository:
    """Features of one installation. Methods read the CRM first, so they see every committed change."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engine: Any = None
        self._row_paths: dict[tuple[str, str], RowPath] = {}
        self._refresh = Refresh()
        self._lock = threading.Lock()

    def build(self, as_of: datetime, progress: Progress = SILENT) -> BuildReport:
        """Bring lake, offline and online features up to as_of; safe to stop and to repeat.

        Raises
        ------
        FeatureError: the lake is damaged or in use, or the online store cannot be reached.
        """
        moment = to_naive_utc(as_of)
        extracted = self._extract(progress)
        with locked(self._settings.paths.offline), self._session() as session:
            session.read(LEAD_VIEW)
            shape = self._shape(session, moment)
            offline = self._offline(session, shape, moment, progress)
            online, removed = self._online(session, shape, moment, progress)
            content = {"as_of": to_aware_utc(moment).isoformat(), "change_seq": session.manifest.change_seq}
            write_atomically(self._watermark_path, json.dumps(content))
            return BuildReport(to_aware_utc(moment), session.manifest.change_seq, extracted, offline, online, removed)

    def training_frame(self, model: str, as_of: datetime, progress: Progress = SILENT) -> TrainingFrame:
        """Rows with labels known by as_of; grain (entity_id, as_of).

        Raises
        ------
        NothingToLearnError: there is no row with a known label.
        """
        if model not in MODELS:
            raise FeatureError(f"The model must be one of {', '.join(MODELS)}, but got {model!r}.")
        moment = to_naive_utc(as_of)
        self._extract(progress)
        with locked(self._settings.paths.offline):  # nobody may replace the files before they are joined
            with self._session() as session:
                shape = self._shape(session, moment)
                rows = training_rows.training_rows(model, session, self._settings, shape, moment)
                self._offline(session, shape, moment, progress)
            store = applied_store(self._settings, feast_objects(self._settings, shape))
            found = historical_features(store, model, rows.labels)
        entity = "lead" if model == "win" else "customer"
        frame = assemble(rows.labels, found, self._catalogue(model, shape), rows.horizon_days, entity)
        frame.excluded.update(rows.excluded)
        return frame

    def current_frame(self, entity: str, as_of: datetime, ids: Sequence[str] | None = None) -> pd.DataFrame:
        """Open leads, active customers or channels at as_of, or those of them in `ids`: entity_id, as_of, features and
        context, computed from the lake by the same expressions that the offline features are made of.
        """
        return pd.concat(self.current_chunks(entity, as_of, ids), ignore_index=True)

    def current_chunks(
        self, entity: str, as_of: datetime, ids: Sequence[str] | None = None, progress: Progress = SILENT
    ) -> Iterator[pd.DataFrame]:  # fmt: skip
        """`current_frame` in pieces of about `features.chunk_rows` rows, for more than fit into memory."""
        view, moment = _view_of(entity), to_naive_utc(as_of)
        self._extract(SILENT)
        with self._session() as session:
            session.read(view)
            shape = self._shape(session, moment)
            spine = session.bench.keep("current", current_spine(view, session, shape, moment, ids))
            session.bench.release()
            with progress.bar(f"features of {entity}", session.bench.count(spine)) as bar:
                for chunk in session.chunks(view, spine, shape):
                    yield as_frame(view, chunk, shape, self._settings.features)
                    bar.update(chunk.num_rows)

    def frame_at(self, entity: str, moments: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
        """Features of these leads or customers at a moment each: entity_id, as_of (naive UTC) per row; columns as in
        `current_frame`. Which columns there are is as of `as_of`. One that is not visible at its moment has no row.
        """
        view = _view_of(entity)
        self._extract(SILENT)
        with self._session() as session:
            shape = self._shape(session, to_naive_utc(as_of))
            rows = pa.table({
                "entity_id": pa.array(moments["entity_id"], pa.string()),
                "as_of": pa.array(moments["as_of"], pa.timestamp("us")),
            })  # fmt: skip
            return as_frame(
                view, session.frame(view, session.bench.take("asked", rows), shape), shape, self._settings.features
            )

    def creation_frame(self, start: datetime, end: datetime, as_of: datetime) -> pd.DataFrame:
        """Leads created in [start, end) and visible at as_of, as they were when they became visible; columns as in
        `current_frame("leads")`.
        """
        moment = to_naive_utc(as_of)
        self._extract(SILENT)
        with self._session() as session:
            shape = self._shape(session, moment)
            spine = created_leads(session.tables, to_naive_utc(start), to_naive_utc(end), moment)
            return as_frame(LEAD_VIEW, session.frame(LEAD_VIEW, spine, shape), shape, self._settings.features)

    def refresh(self, entity: str, ids: Sequence[str], as_of: datetime) -> int:
        """Write new online vectors of these leads or customers, after an event, and end those of the ones that are
        closed or no longer active; returns how many are open or active.
        """
        if entity not in REFRESHED:
            raise FeatureError(f"The entity must be one of {', '.join(REFRESHED)}, but got {entity!r}.")
        view, moment = ENTITY_VIEWS[entity], to_naive_utc(as_of)
        self._extract(SILENT)
        vectors = self._vectors(view, ids, moment)
        writer = OnlineWriter(self._settings)
        if ended := sorted(set(ids) - set(vectors["entity_id"].to_pylist())):
            writer.end(view, ended, moment)
        return writer.write(view, [vectors])

    def prepare_refresh(self, as_of: datetime) -> None:
        """Compile what `refresh` runs; the first one would do it otherwise, and take ten times as long as the next."""
        for entity in REFRESHED:
            self._vectors(ENTITY_VIEWS[entity], [], to_naive_utc(as_of))

    def lead_frame_of_rows(self, rows: Sequence[dict[str, Any]], as_of: datetime) -> pd.DataFrame:
        """Features of leads that are not stored: canonical columns and an `attributes` mapping per row; in the order
        given, with the same columns as `current_frame("leads")`.

        Raises
        ------
        RowError: a value breaks a rule of the canonical tables.
        """
        return self._row_path(to_naive_utc(as_of)).frame(rows, to_naive_utc(as_of))

    def online_reader(self) -> OnlineReader:
        """A reader of the configured online store."""
        return OnlineReader(self._settings)

    def catalogue(self, model: str) -> list[Feature]:
        """The model's features, in the order of the columns."""
        if model not in MODELS:
            raise FeatureError(f"The model must be one of {', '.join(MODELS)}, but got {model!r}.")
        if self._shape_path.exists():
            return self._catalogue(model, read_shape(self._shape_path))
        with self._session() as session:
            return self._catalogue(model, self._shape(session, LATEST))

    def watermark(self) -> datetime | None:
        """as_of of the last build; None before the first."""
        if not self._watermark_path.exists():
            return None
        content = json.loads(self._watermark_path.read_text(encoding="utf-8"))
        return datetime.fromisoformat(content["as_of"])

    # What the methods above share

    @property
    def _watermark_path(self) -> Any:
        return self._settings.paths.offline / "watermark.json"

    @property
    def _shape_path(self) -> Any:
        return self._settings.paths.offline / "shape.json"

    def _connected(self) -> Any:
        if self._engine is None:
            self._engine = queries.open_database(self._settings.database_url)
        return self._engine

    def _extract(self, progress: Progress) -> dict[str, int]:
        lake = self._settings.paths.lake
        report = extract(self._connected(), lake, self._settings.intake.chunk_rows, progress)
        compact(lake, self._settings.features.memory_limit_mb)
        return report.rows

    def _vectors(self, view: str, ids: Sequence[str], moment: datetime) -> pa.Table:
        with self._session() as session:
            return self._refresh.vectors(view, session, ids, moment, read_known_kinds(self._shape_path))

    def _row_path(self, as_of: datetime) -> RowPath:
        """What rows share, loaded once per build and day."""
        built = self._watermark_path.read_text(encoding="utf-8") if self._watermark_path.exists() else ""
        state = (built, as_of.date().isoformat())
        with self._lock:
            if state not in self._row_paths:
                with self._session() as session:
                    # Another thread may still use the old one: it goes when nobody does.
                    self._row_paths = {state: RowPath(self._settings, session, self._shape(session, as_of))}
            return self._row_paths[state]

    @contextmanager
    def _session(self) -> Iterator[Session]:
        manifest = Manifest.read(self._settings.paths.lake)
        with Session(self._settings, attribute_columns(self._connected()), manifest) as session:
            yield session

    def _shape(self, session: Session, as_of: datetime) -> FeatureShape:
        return session.shape(as_of, read_known_kinds(self._shape_path))

    def _catalogue(self, model: str, shape: FeatureShape) -> list[Feature]:
        if MODELS[model] == CUSTOMER_VIEW:
            return [self._in_currency(one) for one in customer_features.catalogue(shape)]
        named = _words_of_channels(queries.channel_names(self._connected()))
        features = [self._in_currency(one) for one in [*lead_features.catalogue(shape), *on_demand.FEATURES]]
        return [replace(one, words=named) if one.name == "channel_id" else one for one in features]

    def _in_currency(self, feature: Feature) -> Feature:
        """An amount says of which currency it is."""
        is_money = feature.unit in MONEY_UNITS
        return replace(feature, unit=f"{feature.unit}:{self._settings.intake.currency}") if is_money else feature

    def _offline(self, session: Session, shape: FeatureShape, as_of: datetime, progress: Progress) -> dict[str, int]:
        wanted = offline_state(self._settings, session.manifest.change_seq, shape, as_of)
        if OfflineState.read(self._settings.paths.offline) == wanted:
            return {}
        OfflineState.forget(self._settings.paths.offline)  # a build that is killed must not pass for the one before
        rows = build_offline(session, self._settings, shape, as_of, progress)
        write_shape(self._shape_path, shape)
        wanted.write(self._settings.paths.offline)
        return rows

    def _online(
        self, session: Session, shape: FeatureShape, as_of: datetime, progress: Progress
    ) -> tuple[dict[str, int], dict[str, int]]:
        written: dict[str, int] = {}
        removed: dict[str, int] = {}
        store = OnlineWriter(self._settings)
        for view in ENTITY_VIEWS.values():
            spine = session.bench.keep("current", current_spine(view, session, shape, as_of, None))
            session.bench.release()
            with progress.bar(f"online {view}", session.bench.count(spine)) as bar:
                written[view] = store.write(view, session.chunks(view, spine, shape), bar.update)
            # A channel's record is that of the start of the day.
            removed[view] = store.remove_before(view, start_of_day(as_of) if view == CHANNEL_VIEW else as_of)
        return written, removed


def _view_of(entity: str) -> str:
    if entity not in ENTITY_VIEWS:
        raise FeatureError(f"The entity must be one of {', '.join(ENTITY_VIEWS)}, but got {entity!r}.")
    return ENTITY_VIEWS[entity]


def _words_of_channels(channels: dict[str, str]) -> tuple[tuple[str, str, str], ...]:
    """(id, English, Chinese) of each channel."""
    return tuple((id_, *queries.channel_words(id_, channels)) for id_ in sorted(channels))
