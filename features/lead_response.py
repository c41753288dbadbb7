"""How fast the lead was answered (mission F2: first response within 2 h)."""

from __future__ import annotations

import ibis

from features.asof import Table, Tables, flag, joined, visible_rows
from features.moments import seconds_between
from features.schema import Feature, number
from features.shape import FeatureShape

HOUR_SECONDS = 3600.0


def lead_response(tables: Tables, rows: Table, events: Table, shape: FeatureShape) -> Table:
    """First response: the first event of a stage after the first one, or the first activity that is not inbound,
    at or after creation, whichever comes first.

    `rows`: (entity_id, as_of, created_at); `events`: what `lead_stages.stage_rows` gives for them. `response_hours` is
    null while there was none; `waiting_hours` is then the time since creation, and 0 afterwards.
    """
    answered = events.filter(events.stage != shape.open_stages[0].name)
    acts = visible_rows(rows, tables["activities"], "lead_id", ["direction", "occurred_at"])
    acts = acts.filter((acts.direction != "inbound").fill_null(True))
    moments = answered.select("entity_id", "as_of", answered_at=answered.entered_at).union(
        acts.select("entity_id", "as_of", answered_at=acts.occurred_at)
    )
    timed = joined(moments, [rows.select("entity_id", "as_of", "created_at")])
    timed = timed.filter(timed.answered_at >= timed.created_at)
    first = timed.group_by(["entity_id", "as_of"]).aggregate(first_answer_at=timed.answered_at.min())
    whole = joined(rows.select("entity_id", "as_of", "created_at"), [first])
    waited = seconds_between(whole.as_of, whole.created_at).cast("float64") / HOUR_SECONDS
    return whole.select(
        "entity_id",
        "as_of",
        is_answered=flag(whole.first_answer_at.notnull()),
        response_hours=seconds_between(whole.first_answer_at, whole.created_at).cast("float64") / HOUR_SECONDS,
        waiting_hours=whole.first_answer_at.isnull().ifelse(waited, ibis.literal(0.0)),
    )


def catalogue(_shape: FeatureShape) -> list[Feature]:
    """Response and waiting time."""
    return [
        number("is_answered", "First response given", "已首次响应"),
        number("response_hours", "Hours to the first response", "首次响应用时", "hours"),
        number("waiting_hours", "Hours waiting for a first response", "等待首次响应时长", "hours"),
    ]
