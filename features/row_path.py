"""Features of leads that are not stored, by the same expressions.

The row itself is the lake: one version, recorded at as_of, without events. Track records, reps and customers come
from the real lake as it was at the last build. The whole expression is compiled once; a call only changes two small
tables.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa

from configs.settings import Settings
from features.definitions import LEAD_VIEW
from features.frames import as_frame
from features.incoming_rows import lead_table
from features.lake import compiled
from features.lake_manifest import Manifest
from features.lead_features import lead_features
from features.moments import EARLIEST
from features.session import Session
from features.shape import FeatureShape

SHARED = ("channel_days", "rep_days", "reps", "orders", "receivables", "customer_families", "customer_firms")


class RowPath:
    """Computes `lead_frame_of_rows` for one state of the lake. May be used by several threads, one after the other."""

    def __init__(self, settings: Settings, source: Session, shape: FeatureShape) -> None:
        self._settings = settings
        self._shape = shape
        self._attributes = source.attributes
        self._session = Session(settings, source.attributes, Manifest())
        self._lock = threading.Lock()
        source.prepare(LEAD_VIEW, source.tables["leads"], shape)
        tables, bench = self._session.tables, self._session.bench
        for name in SHARED:
            tables.put(name, bench.take(f"shared_{name}", source.bench.arrow(source.tables[name])))
        tables.adopt("leads", bench.take("incoming_leads", self._leads([], EARLIEST)))
        spine = bench.take("asked_rows", _asked(0, EARLIEST))
        self._query = compiled(lead_features(tables, spine, shape))
        # Planning is most of a call, and half of it goes into the order of joins that are good as they are written.
        bench.run("SET disabled_optimizers='join_order'")

    def frame(self, rows: Sequence[dict[str, Any]], as_of: datetime) -> pd.DataFrame:
        """One row per row given, in order.

        Raises
        ------
        RowError: a value breaks a rule of the canonical tables.
        """
        incoming = self._leads(rows, as_of)
        with self._lock:
            bench = self._session.bench
            bench.take("incoming_leads", incoming)
            bench.take("asked_rows", _asked(len(rows), as_of))
            # Not a prepared statement: DuckDB keeps a plan made for other rows and leaves out joins that it needs now.
            found = bench.run(self._query).to_arrow_table()
        frame = as_frame(LEAD_VIEW, found, self._shape, self._settings.features)
        frame = frame.assign(place_=frame["entity_id"].astype(int)).sort_values("place_", ignore_index=True)
        names = [str(row.get("lead_id") or f"row-{place}") for place, row in enumerate(rows)]
        return frame.assign(entity_id=names).drop(columns="place_")

    def _leads(self, rows: Sequence[dict[str, Any]], as_of: datetime) -> pa.Table:
        return lead_table(rows, self._attributes, as_of, self._settings)


def _asked(count: int, as_of: datetime) -> pa.Table:
    return pa.table(
        {
            "entity_id": pa.array([str(place) for place in range(count)], pa.string()),
            "as_of": pa.array([as_of] * count, pa.timestamp("us")),
        }
    )
