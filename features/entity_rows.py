"""Leads and customers as their records stood at a moment: row versions and change log together.

The latest by valid moment wins among what is visible. A row version is valid from when it became visible, a logged
change from `changed_at`. Of a column that the log speaks of, a backfilled row holds the last value and not the first:
it is not trusted, only the log is.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis

from features.asof import Hold, Table, Tables, joined, latest, newest, visible_rows
from features.lake_schema import LOGGABLE_COLUMNS, columns_of
from features.moments import EARLIEST
from features.shape import FeatureShape

TABLES = {"lead": "leads", "customer": "customers"}
KEYS = {"lead": "lead_id", "customer": "customer_id"}
_LOGGED_TYPES = {"integer": "int64", "cents": "int64", "text": "string"}


def rows_as_of(
    entity: str, tables: Tables, spine: Table, shape: FeatureShape, hold: Hold, only: Sequence[str] | None = None
) -> Table:
    """One row per (entity_id, as_of) whose entity is visible then: canonical columns and `attr_*` as text, or `only`
    these columns.
    """
    names = [name for name in columns_of(TABLES[entity]) if name not in {KEYS[entity], "recorded_at", "change_seq"}]
    names += [one.column for one in shape.attributes_of(entity)]
    if only is not None:
        names = [*only, "is_backfilled"]
    rows = visible_rows(spine, tables[TABLES[entity]], KEYS[entity], [*names, "visible_from"])
    logged = [name for name in shape.logged_columns(entity) if name in names]
    if not logged:
        return hold(rows.drop("visible_from", "is_backfilled"))
    changes = hold(_changes_as_of(entity, tables, spine, logged))
    whole = joined(rows, [changes])
    return hold(
        whole.mutate(**{name: _either(whole, name, entity) for name in logged})
        .select("entity_id", "as_of", *names)
        .drop("is_backfilled")
    )


def _changes_as_of(entity: str, tables: Tables, spine: Table, logged: Sequence[str]) -> Table:
    """Per (entity_id, as_of) the last visible logged value of each column, `log_*`, and its moment, `log_at_*`."""
    log = tables["attribute_changes"]
    log = log.filter((log.entity == entity) & log.attribute.isin(list(logged))).rename(subject_id="entity_id")
    seen = visible_rows(spine, log, "subject_id", ["attribute", "value", "changed_at", "recorded_at", "change_seq"])
    order = [newest(seen.changed_at), newest(seen.recorded_at), newest(seen.change_seq)]
    last = latest(seen, order, keys=("entity_id", "as_of", "attribute"))
    columns = {f"log_{name}": last.value.max(where=last.attribute == name) for name in logged}
    columns |= {f"log_at_{name}": last.changed_at.max(where=last.attribute == name) for name in logged}
    return last.group_by(["entity_id", "as_of"]).aggregate(**columns)


def _either(whole: Table, name: str, entity: str) -> Table:
    """The later of the trusted row value and the logged one; at the same moment the logged one."""
    kind = LOGGABLE_COLUMNS[entity].get(name, (name, "text"))[1]
    typed = whole[f"log_{name}"].cast(_LOGGED_TYPES[kind])
    logged_at = whole[f"log_at_{name}"]
    row_value = whole.is_backfilled.fill_null(False).ifelse(ibis.null(typed.type()), whole[name])
    row_is_later = ~whole.is_backfilled.fill_null(False) & (whole.visible_from > logged_at.fill_null(EARLIEST))
    return (logged_at.isnull() | row_is_later).ifelse(row_value, typed)
