"""A person's numbers, addresses and names in what was written about others and in answers kept."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, or_, select, update

from crm_core.privacy.traces import Traces
from crm_core.tables import Base, EventRequest, RowHistory, SyncEntry

# Free words: names are looked for as well. A name may be a common word, so elsewhere numbers and addresses only.
WORDS: Mapping[str, Sequence[str]] = {
    "activities": ("summary",),
    "stage_events": ("reason",),
    "feed_changes": ("body",),
    "findings": ("subject", "figures", "en", "zh"),
    "honours": ("title", "story", "note"),
    "kudos": ("reason",),
}
FIELDS: Mapping[str, Sequence[str]] = {
    "customers": ("attributes",),
    "leads": ("campaign", "attributes"),
    "activities": ("source", "consent"),
    "stage_events": ("actor",),
    "attribute_changes": ("value",),
    "orders": ("category",),
    "import_runs": ("path",),
    "webhook_deliveries": ("last_fault",),
}
_CHUNK = 2_000
Redact = Callable[[Any], Any]


def redact_texts(connection: Connection, traces: Traces) -> Counter[str]:
    """Put `[erased]` in their place; returns changed rows per table.

    The phone and e-mail columns of other customers and leads are theirs and stay. A row's hash stays too: the same row
    again is unchanged, and does not bring the text back. Answers to events that quote the person are removed, and so
    are lines of the synchronisation log, whose keys are made of their words.
    """
    done: Counter[str] = Counter()
    for names, redact in ((WORDS, _redactor(traces, with_names=True)), (FIELDS, _redactor(traces, with_names=False))):
        for name, columns in names.items():
            done[name] += _sweep(connection, Base.metadata.tables[name], columns, redact)
            done["row_history"] += _sweep_history(connection, name, columns, redact)
    done["event_requests"] += _forget_answers(connection, traces)
    done["sync_log"] += _forget_log_lines(connection, traces)
    return +done


def _redactor(traces: Traces, *, with_names: bool) -> Redact:
    def redact(value: Any) -> Any:
        return traces.redact_json(value, with_names=with_names)

    return redact


def _sweep(connection: Connection, table: Table, columns: Sequence[str], redact: Redact) -> int:
    keys = list(table.primary_key.columns)
    wanted = [table.c[name] for name in columns]
    query = select(*keys, *wanted).where(or_(*(column.is_not(None) for column in wanted)))
    changed = []
    for row in connection.execute(query, execution_options={"yield_per": _CHUNK}):
        own = tuple(row[len(keys) :])
        redacted = tuple(map(redact, own))
        if redacted != own:
            changed.append((tuple(row[: len(keys)]), dict(zip(columns, redacted, strict=True))))
    for key, values in changed:
        is_it = [column == value for column, value in zip(keys, key, strict=True)]
        connection.execute(update(table).where(*is_it).values(values))
    return len(changed)


def _sweep_history(connection: Connection, name: str, columns: Sequence[str], redact: Redact) -> int:
    query = select(RowHistory.change_seq, RowHistory.row).where(RowHistory.table_name == name)
    changed = []
    for seq, row in connection.execute(query, execution_options={"yield_per": _CHUNK}):
        redacted = {**row, **{name: _redacted_old(name, row[name], redact) for name in columns if row.get(name)}}
        if redacted != row:
            changed.append((seq, redacted))
    for seq, row in changed:
        connection.execute(update(RowHistory).where(RowHistory.change_seq == seq).values(row=row))
    return len(changed)


def _redacted_old(column: str, value: Any, redact: Redact) -> Any:
    if column != "attributes":
        return redact(value)
    parsed = json.loads(value)  # JSON as text there
    redacted = redact(parsed)
    return value if redacted == parsed else json.dumps(redacted, ensure_ascii=False, separators=(",", ":"))


def _forget_answers(connection: Connection, traces: Traces) -> int:
    """Answers quote values of rejected rows. A call that is made again is then judged anew."""
    query = select(EventRequest.scope, EventRequest.idempotency_key, EventRequest.answer)
    found = [
        (scope, key)
        for scope, key, answer in connection.execute(query, execution_options={"yield_per": _CHUNK})
        if traces.everything.search(json.dumps([key, answer], ensure_ascii=False))
    ]
    for scope, key in found:
        is_it = (EventRequest.scope == scope, EventRequest.idempotency_key == key)
        connection.execute(delete(EventRequest).where(*is_it))
    return len(found)


def _forget_log_lines(connection: Connection, traces: Traces) -> int:
    lines = connection.execute(select(SyncEntry.entry_id), execution_options={"yield_per": _CHUNK}).scalars()
    found = [entry_id for entry_id in lines if traces.everything.search(entry_id)]
    for entry_id in found:
        is_older = (RowHistory.table_name == SyncEntry.__tablename__, RowHistory.row_key == entry_id)
        connection.execute(delete(RowHistory).where(*is_older))
        connection.execute(delete(SyncEntry).where(SyncEntry.entry_id == entry_id))
    return len(found)
