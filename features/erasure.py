"""Taking a person out of the event lake and out of Feast's offline and online stores."""

from __future__ import annotations

import os
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from configs.settings import Settings
from features.definitions import CUSTOMER_VIEW, JOIN_KEYS, LEAD_VIEW, offline_path
from features.lake_manifest import Manifest, locked
from features.store import online_store, repo_config

# Lake table -> column -> entity: rows that go. The books are kept in the database; features have no need of a customer
# who is gone.
_REMOVED: Mapping[str, Mapping[str, str]] = {
    "customers": {"customer_id": "customer"},
    "leads": {"lead_id": "lead"},
    "stage_events": {"lead_id": "lead"},
    "activities": {"lead_id": "lead", "customer_id": "customer"},
    "orders": {"customer_id": "customer"},
    "receivables": {"customer_id": "customer"},
    "ratings": {"customer_id": "customer"},
    "customer_aliases": {"customer_id": "customer", "golden_id": "customer"},
}
_UNLINKED: Mapping[str, Mapping[str, str]] = {"orders": {"lead_id": "lead"}}  # the cell becomes null
_OWN_CONTACTS = {"name", "company_name", "contact_name", "phone", "email", "unified_social_credit_code"}
_FREE_WORDS = {"summary", "reason", "message"}
_VIEWS = {"lead": LEAD_VIEW, "customer": CUSTOMER_VIEW}


@dataclass(frozen=True)
class Forgotten:
    """Whom to forget. `ids`: entity (lead, customer) -> ids. `redact`: a text without the person's names, numbers and
    addresses, for free words; `redact_contacts`: without numbers and addresses, for every other text but what other
    customers and leads have in their own columns of name, number and address.
    """

    ids: Mapping[str, Sequence[str]]
    redact: Callable[[str], str]
    redact_contacts: Callable[[str], str]


def erase_features(settings: Settings, forgotten: Forgotten, *, is_dry_run: bool = False) -> dict[str, int]:
    """Rows removed or redacted: `lake.<table>` and `offline.<view>`, and vectors: `online.<view>`. Safe to repeat.

    Files that hold the person are written anew, so a reader that is just at it may fail once.

    Raises
    ------
    LakeError: another process holds the lake or the offline features.
    OnlineStoreError: the online store cannot be reached.
    """
    done: Counter[str] = Counter()
    if settings.paths.lake.exists():
        done.update(_erase_lake(settings.paths.lake, forgotten, is_dry_run))
    if settings.paths.offline.exists():
        done.update(_erase_offline(settings.paths.offline, forgotten, is_dry_run))
    done.update(_erase_online(settings, forgotten, is_dry_run))
    return dict(sorted((+done).items()))


def _erase_lake(folder: Path, forgotten: Forgotten, is_dry_run: bool) -> Counter[str]:
    done: Counter[str] = Counter()
    with locked(folder):
        manifest = Manifest.read(folder)
        for table, files in manifest.files.items():
            for place, name in enumerate(files):
                target = f"{table}/{Path(name).stem.split('.')[0]}.{uuid.uuid4().hex[:8]}.parquet"
                counts = _rewrite(folder / name, folder / target, partial(_kept, table, forgotten))
                done[f"lake.{table}"] += counts
                if counts and not is_dry_run:
                    files[place] = target
                else:
                    (folder / target).unlink(missing_ok=True)
        if not is_dry_run:
            manifest.retired = []  # files of before the last compaction hold the person too
            manifest.commit(folder)
    return done


def _erase_offline(folder: Path, forgotten: Forgotten, is_dry_run: bool) -> Counter[str]:
    done: Counter[str] = Counter()
    with locked(folder):
        for entity, view in _VIEWS.items():
            path = offline_path(folder, view)
            if not path.exists():
                continue
            part = path.with_name(f"{path.name}.{os.getpid()}.tmp")
            ids = {JOIN_KEYS[view]: forgotten.ids.get(entity, ())}
            done[f"offline.{view}"] += _rewrite(path, part, partial(_others, ids))
            if done[f"offline.{view}"] and not is_dry_run:
                part.replace(path)
            part.unlink(missing_ok=True)
    return done


def _erase_online(settings: Settings, forgotten: Forgotten, is_dry_run: bool) -> Counter[str]:
    done: Counter[str] = Counter()
    store, config = online_store(settings), repo_config(settings)
    try:
        for entity, view in _VIEWS.items():
            ids = list(forgotten.ids.get(entity, ()))
            if is_dry_run:
                store.prepare_view(config, view)
                done[f"online.{view}"] += sum(one is not None for one in store.read_vectors(config, view, ids))
            else:
                done[f"online.{view}"] += store.remove_keys(config, view, ids)
    finally:
        store.close()
    return done


def _rewrite(source: Path, target: Path, keep: Callable[[pa.Table], pa.Table]) -> int:
    """Write what `keep` makes of each group of rows; returns how many rows were removed or changed."""
    count = 0
    with pq.ParquetFile(source) as file, pq.ParquetWriter(target, file.schema_arrow, compression="zstd") as writer:
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group)
            kept = keep(rows)
            count += _difference(rows, kept)
            writer.write_table(kept)
    return count


def _difference(before: pa.Table, after: pa.Table) -> int:
    removed = int(before.num_rows - after.num_rows)
    if removed or before.equals(after):
        return removed
    columns = zip(before.columns, after.columns, strict=True)
    changed = {place for one, other in columns if not one.equals(other) for place in _places(one, other)}
    return len(changed)


def _places(before: pa.ChunkedArray, after: pa.ChunkedArray) -> Iterator[int]:
    pairs = zip(before.to_pylist(), after.to_pylist(), strict=True)
    return (place for place, (one, other) in enumerate(pairs) if one != other)


def _kept(table: str, forgotten: Forgotten, rows: pa.Table) -> pa.Table:
    """The rows of others, without the person's traces in their texts."""
    by_entity = {column: forgotten.ids.get(entity, ()) for column, entity in _REMOVED.get(table, {}).items()}
    kept = _others(by_entity, rows)
    if "entity_id" in rows.column_names:
        kept = kept.filter(_is_about_others(kept, forgotten))
    if table == "sync_log":  # its key is made of its words
        kept = kept.filter(pa.array([forgotten.redact(one) == one for one in kept["entry_id"].to_pylist()], pa.bool_()))
    for place, name in enumerate(kept.column_names):
        field = kept.schema.field(place)
        if pa.types.is_string(field.type) and name not in _OWN_CONTACTS and not name.endswith("_id"):
            redact = forgotten.redact if name in _FREE_WORDS else forgotten.redact_contacts
            kept = kept.set_column(place, field, _redacted(kept[name], redact))
    for name, entity in _UNLINKED.get(table, {}).items():
        ids = frozenset(forgotten.ids.get(entity, ()))
        cleared = pa.array([None if one in ids else one for one in kept[name].to_pylist()], pa.string())
        kept = kept.set_column(kept.column_names.index(name), kept.schema.field(name), cleared)
    return kept


def _others(ids: Mapping[str, Sequence[str]], rows: pa.Table) -> pa.Table:
    """The rows that name none of these ids in these columns."""
    keep = pa.array([True] * rows.num_rows, pa.bool_())
    for column, values in ids.items():
        keep = pc.and_(keep, pc.invert(pc.is_in(rows[column], value_set=pa.array(list(values), pa.string()))))
    return rows.filter(keep)


def _is_about_others(rows: pa.Table, forgotten: Forgotten) -> pa.Array:
    """Of tables whose rows tell the entity themselves: lead, customer, or the plural."""
    pairs = zip(rows["entity"].to_pylist(), rows["entity_id"].to_pylist(), strict=True)
    ids = {entity: frozenset(found) for entity, found in forgotten.ids.items()}
    return pa.array([id_ not in ids.get((entity or "").removesuffix("s"), ()) for entity, id_ in pairs], pa.bool_())


def _redacted(column: pa.ChunkedArray, redact: Callable[[str], str]) -> pa.ChunkedArray:
    """Each distinct text is read once."""
    changed = {text: new for text in pc.unique(column).to_pylist() if text and (new := redact(text)) != text}
    if not changed:
        return column
    return pa.chunked_array([pa.array([changed.get(text, text) for text in column.to_pylist()], pa.string())])
