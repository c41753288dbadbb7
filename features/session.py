"""One computation over one state of the lake: tables, shape and features of any spine, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import pyarrow as pa

from configs.settings import Settings
from features import (
    channel_features,
    customer_family,
    customer_features,
    definitions,
    lead_customer,
    lead_features,
    rfm_tiers,
)
from features.asof import Hold, Table
from features.lake import LakeTables, Workbench
from features.lake_extract import AttributeColumn
from features.lake_manifest import Manifest
from features.shape import FeatureShape, kinds_with_columns, make_shape, ranked_kinds
from features.side_by_side import in_parts, of_parts, side_by_side
from features.track_record import outcome_days

# View -> tables of which its features read the rows of their own entity only, and the column that names it.
OWNED = {
    definitions.LEAD_VIEW: {
        "activities": "lead_id", "stage_events": "lead_id", "leads": "lead_id", "attribute_changes": "entity_id",
    },
}  # fmt: skip


class Session:
    """Lake tables at one change_seq, held in a workbench of its own. Use it as a context manager."""

    def __init__(self, settings: Settings, attributes: Iterable[AttributeColumn], manifest: Manifest) -> None:
        self._settings = settings
        self.attributes = list(attributes)
        self.manifest = manifest
        self.bench = Workbench(settings.features.memory_limit_mb)
        extra = {
            "leads": [one.column for one in self.attributes if one.entity == "lead"],
            "customers": [one.column for one in self.attributes if one.entity == "customer"],
        }
        self.tables = LakeTables(self.bench, settings.paths.lake, manifest, extra)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.bench.close()

    def read(self, view: str) -> None:
        """Read the largest tables of the view's features side by side; the others are read when they are asked for."""
        list(side_by_side(self.bench, self.tables.read, list(OWNED.get(view, {}))))

    def shape(self, as_of: datetime, known_kinds: Iterable[str]) -> FeatureShape:
        """The shape of the features for the facts visible at as_of."""
        return self.shape_of(self.shape_facts(as_of), known_kinds)

    def shape_facts(self, as_of: Any) -> list[pa.Table]:
        """What the shape is made of: kinds of activity at as_of, a datetime or an expression, the most frequent first,
        and the columns that the change log speaks of.
        """
        kinds = ranked_kinds(self.tables["activities"], as_of, self._settings)
        logged = self.tables["attribute_changes"].select("entity", "attribute").distinct()
        return [self.bench.arrow(kinds), self.bench.arrow(logged)]

    def shape_of(self, facts: Sequence[pa.Table], known_kinds: Iterable[str]) -> FeatureShape:
        """The shape of the features for these facts."""
        ranked, logged = facts
        kinds = kinds_with_columns(ranked["kind"].to_pylist(), known_kinds, self._settings)
        pairs = [(str(pair["entity"]), str(pair["attribute"])) for pair in logged.to_pylist()]
        return make_shape(self._settings, self.attributes, pairs, kinds)

    def prepare(self, view: str, spine: Table, shape: FeatureShape) -> None:
        """Compute what the view's features share across the spine."""
        if view == definitions.CUSTOMER_VIEW:
            figures = rfm_tiers.active_figures(self.tables, spine, shape, self.bench.hold)
            self.tables.put("rfm_means", rfm_tiers.mean_money(figures, shape))
            self.bench.release()
            return
        if not self.tables.holds("customer_families"):
            self.tables.put("customer_families", customer_family.customer_families(self.tables, self.bench.hold))
            self.bench.release()
        if not self.tables.holds("customer_firms"):
            self.tables.put("customer_firms", lead_customer.customer_firms(self.tables, shape, self.bench.hold))
            self.bench.release()
        if not self.tables.holds("channel_days"):
            for owner, days in outcome_days(self.tables, shape, self.bench.hold).items():
                self.tables.put(f"{owner}_days", days)
            self.bench.release()

    def chunks(self, view: str, spine: Table, shape: FeatureShape) -> Iterator[pa.Table]:
        """Features of the whole spine, some thousand rows at a time: entity_id, as_of, then the view's columns.

        At least one chunk, so that an empty spine still tells its columns. All rows of an entity are in one chunk.
        """
        numbered, numbers = in_parts(self.bench, spine, self._settings.features.chunk_rows)
        self.prepare(view, numbered, shape)
        if len(numbers) > 1:
            compute = partial(self._features, view, shape)
            yield from of_parts(self.bench, self.tables, OWNED.get(view, {}), numbered, numbers, compute)
            return
        yield self.bench.arrow(self._features(view, shape, self.bench.hold(numbered.drop("part_")), self.bench.hold))
        self.bench.release()

    def frame(self, view: str, spine: Table, shape: FeatureShape) -> pa.Table:
        """All chunks in one table."""
        return pa.concat_tables(self.chunks(view, spine, shape))

    def piece(self, view: str, spine: Table, shape: FeatureShape) -> pa.Table:
        """Features of a spine of few rows; columns as in `chunks`."""
        held = self.bench.keep("spine", spine)
        self.prepare(view, held, shape)
        result = self.bench.arrow(self._features(view, shape, held, self.bench.hold))
        self.bench.release()
        return result

    def _features(self, view: str, shape: FeatureShape, spine: Table, hold: Hold) -> Table:
        match view:
            case definitions.LEAD_VIEW:
                return lead_features.lead_features(self.tables, spine, shape, hold)
            case definitions.CUSTOMER_VIEW:
                return customer_features.customer_features(self.tables, spine, shape, hold)
        return channel_features.channel_features(self.tables, spine, shape)
