"""Facts as of a moment, in expressions that every engine understands.

A version of a row is *visible* from the later of its own moment and the moment it was recorded. It stays so until a
later version of the same row, by (recorded_at, change_seq), becomes visible itself. Both ends depend on the row alone,
never on as_of: one window function turns a table of versions into a table of intervals, and every as-of question
becomes the same inequality join. No engine's own as-of join is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import ibis
import pyarrow as pa

from features.moments import EARLIEST, LATEST, micro

Table = Any  # an Ibis table expression; Ibis ships no types that mypy could use here
Tables = Mapping[str, Table]
Hold = Callable[[Table], Table]  # computes a step and keeps it
Fetch = Callable[[Table], pa.Table]  # computes a result


def unheld(expression: Table) -> Table:
    """The portable default: nothing is stored between the steps.

    A view, so that a step that is joined with a table it was made of is told apart from it.
    """
    return expression.view()


def with_intervals(versions: Table, key: str, moment: str | None) -> Table:
    """Versions of rows with `visible_from` and `visible_until` (exclusive).

    `moment` names the row's own moment; None where it has none, and a null one counts as always. Versions that are
    never visible (superseded before they could be seen) have an empty interval.
    """
    own = ibis.literal(EARLIEST) if moment is None else micro(versions[moment]).fill_null(EARLIEST)
    seen = versions.mutate(visible_from=micro(ibis.greatest(versions.recorded_at, micro(own))))
    # Nearly every row has one version, and a window over all of them costs several times what finding the others does.
    counts = versions.group_by(key).aggregate(versions_=versions.count())
    changed = counts.filter(counts.versions_ > 1)
    once = seen.anti_join(changed, key)
    once = once.mutate(visible_until=micro(ibis.literal(LATEST)))
    often = seen.semi_join(changed, key)
    later_versions = ibis.window(
        group_by=often[key],
        order_by=[
            ibis.desc(often.recorded_at, nulls_first=False),
            ibis.desc(often.change_seq, nulls_first=False),
        ],
        preceding=(None, 1),
    )
    until = micro(often.visible_from.min().over(later_versions).fill_null(LATEST))
    return once.union(often.mutate(visible_until=until))


def visible_rows(spine: Table, history: Table, key: str, columns: Sequence[str], *, owner: str = "entity_id") -> Table:
    """For every (entity_id, as_of) of the spine its rows of `history` as they were at as_of: those whose `key` is
    `owner`, a column of the spine.
    """
    return spine.join(
        history,
        [
            spine[owner] == history[key],
            history.visible_from <= spine.as_of,
            history.visible_until > spine.as_of,
        ],
    ).select(spine.entity_id, spine.as_of, *[history[column] for column in columns])


def moment_of(as_of: Any) -> Any:
    """A moment that is given as a datetime, or as an expression already."""
    return micro(ibis.literal(as_of) if isinstance(as_of, datetime) else as_of)


def latest(rows: Table, order: Sequence[Any], keys: Sequence[str] = ("entity_id", "as_of")) -> Table:
    """The first row per key by `order`, which must end in a tie-breaker."""
    window = ibis.window(group_by=list(keys), order_by=list(order))
    numbered = rows.mutate(position_=ibis.row_number().over(window))
    return numbered.filter(numbered.position_ == 0).drop("position_")


def newest(column: Any) -> Any:
    """Ordering: newest first, nulls last on every engine."""
    return ibis.desc(column, nulls_first=False)


def oldest(column: Any) -> Any:
    """Ordering: oldest first, nulls last on every engine."""
    return ibis.asc(column, nulls_first=False)


def flag(condition: Any) -> Any:
    """1 or 0 as int64, null as 0. Engines cast booleans to different integers, or not at all."""
    return ibis.ifelse(condition.fill_null(False), ibis.literal(1, "int64"), ibis.literal(0, "int64"))


def joined(spine: Table, parts: Sequence[Table]) -> Table:
    """The spine with the columns of every part; each part has at most one row per (entity_id, as_of)."""
    result = spine
    for part in parts:
        columns = [name for name in part.columns if name not in {"entity_id", "as_of"}]
        both = result.left_join(part, [result.entity_id == part.entity_id, result.as_of == part.as_of])
        result = both.select(result, *[part[name] for name in columns])
    return result


def counted(spine: Table, aggregated: Table, counts: Sequence[str]) -> Table:
    """Every row of the spine with its aggregates; where there was nothing to aggregate, `counts` are 0."""
    whole = joined(spine.select("entity_id", "as_of"), [aggregated])
    return whole.mutate(**{name: whole[name].fill_null(0) for name in counts})


def as_numbers(table: Table, keep: Sequence[str] = ()) -> Table:
    """All numeric columns but `keep` as float64, so that the stored type never depends on the engine."""
    numeric = [
        name for name, kind in table.schema().items() if name not in keep and (kind.is_numeric() or kind.is_boolean())
    ]
    return table.mutate(**{name: table[name].cast("float64") for name in numeric})
