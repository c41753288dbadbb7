"""Whose value the golden record shows: by a stated rule per field, with the customer it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from configs.sections import GoldenRecord
from crm_core.golden_record.faults import faults_of

FIELDS = (
    "name", "unified_social_credit_code", "phone", "email", "industry", "region", "employee_count",
    "annual_revenue_cents", "created_at",
)  # fmt: skip
_Row = Mapping[str, Any]


@dataclass(frozen=True)
class Chosen:
    """A value of the golden record, as entered, and the customer whose row has it; both None where no row has one."""

    value: Any
    source_id: str | None


def base_data(rows: Sequence[_Row], rules: GoldenRecord) -> dict[str, Chosen]:
    """The surviving value of every field of the customers in `rows` (with recorded_at and change_seq).

    Values without a fault of entry go before those with one, then the field's rule decides: newest and oldest by the
    moment the row was learnt (`created_at` by itself), fullest by the length of the text; the newest among equals.
    """
    faulty = {(row["customer_id"], fault.field) for row in rows for fault in faults_of(row, rules.phone_region)}
    chosen = {}
    for field in FIELDS:
        given = [row for row in rows if row.get(field) is not None]
        sound = [row for row in given if (row["customer_id"], field) not in faulty]
        chosen[field] = _choose(field, sound or given, getattr(rules.survivorship, field))
    return chosen


def attribute_data(rows: Sequence[_Row], rules: GoldenRecord) -> dict[str, Chosen]:
    """The surviving value of every attribute that a customer has, by slug."""
    rule = rules.survivorship.attributes
    chosen = {}
    for name in sorted({name for row in rows for name in row["attributes"]}):
        chosen[name] = _choose("value", [_valued(row, name) for row in rows if name in row["attributes"]], rule)
    return chosen


def _valued(row: _Row, name: str) -> _Row:
    return {**row, "value": row["attributes"][name]}


def _choose(field: str, rows: Sequence[_Row], rule: str) -> Chosen:
    if not rows:
        return Chosen(None, None)
    newest_first = sorted(rows, key=_learnt, reverse=True)
    if rule == "fullest":
        best = max(newest_first, key=lambda row: len(str(row[field])))
    elif field == "created_at":
        best = (min if rule == "oldest" else max)(newest_first, key=lambda row: row[field])
    else:
        best = newest_first[0 if rule == "newest" else -1]
    return Chosen(best[field], best["customer_id"])


def _learnt(row: _Row) -> tuple[Any, int]:
    return row["recorded_at"], row["change_seq"]
