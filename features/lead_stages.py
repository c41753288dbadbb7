"""Where the lead stands in the funnel and how it came there. Events that close a lead are no features of it."""

from __future__ import annotations

from typing import Any

import ibis

from features.asof import Hold, Table, Tables, joined, latest, newest, visible_rows
from features.moments import days_between
from features.schema import Feature, category, number
from features.shape import FeatureShape


def stage_rows(tables: Tables, rows: Table, shape: FeatureShape) -> Table:
    """Every visible open-stage event of every row, with its place in the funnel as `stage_index` (from 0)."""
    events = tables["stage_events"]
    events = events.filter(events.stage.isin([stage.name for stage in shape.open_stages]))
    seen = visible_rows(rows, events, "lead_id", ["stage", "entered_at", "recorded_at", "change_seq"])
    places = [(seen.stage == stage.name, place) for place, stage in enumerate(shape.open_stages)]
    return seen.mutate(stage_index=ibis.cases(*places, else_=None).cast("int64"))


def lead_stages(rows: Table, events: Table, shape: FeatureShape, hold: Hold) -> Table:
    """Current stage, path and dwell. A lead without any stage event stands in the first stage since its creation;
    every lead has seen the first stage.

    `rows`: (entity_id, as_of, created_at); `events`: what `stage_rows` gives for them. Among events of the same moment
    the one further down the funnel counts as the later.
    """
    whole = joined(
        rows.select("entity_id", "as_of", "created_at"), [hold(_current(events)), hold(_path(events, shape))]
    )
    first = shape.open_stages[0].name
    since = whole.stage_entered_at.fill_null(whole.created_at)
    columns: dict[str, Any] = {
        "current_stage": whole.current_stage.fill_null(first),
        "stage_index": whole.stage_index.fill_null(0),
        "stage_days": days_between(whole.as_of, since),
        "stages_visited": whole.later_stages.fill_null(0) + 1,
        "backward_moves": whole.backward_moves.fill_null(0),
    }
    for stage in shape.open_stages[1:]:
        reached = whole[f"first_{stage.slug}"]
        columns[f"days_to_{stage.slug}"] = days_between(reached, whole.created_at)
    return whole.select("entity_id", "as_of", **columns)


def _current(events: Table) -> Table:
    order = [
        newest(events.entered_at),
        newest(events.stage_index),
        newest(events.recorded_at),
        newest(events.change_seq),
    ]
    last = latest(events, order)
    return last.select("entity_id", "as_of", "stage_index", current_stage=last.stage, stage_entered_at=last.entered_at)


def _path(events: Table, shape: FeatureShape) -> Table:
    in_order = ibis.window(
        group_by=["entity_id", "as_of"],
        order_by=[
            ibis.asc(events.entered_at),
            ibis.asc(events.stage_index),
            ibis.asc(events.recorded_at),
            ibis.asc(events.change_seq),
        ],
    )
    moves = events.mutate(before=events.stage_index.lag().over(in_order))
    columns: dict[str, Any] = {
        "later_stages": moves.stage.nunique(where=moves.stage_index > 0),
        "backward_moves": (moves.stage_index < moves.before).fill_null(False).sum(),
    }
    for stage in shape.open_stages[1:]:
        columns[f"first_{stage.slug}"] = moves.entered_at.min(where=moves.stage == stage.name)
    return moves.group_by(["entity_id", "as_of"]).aggregate(**columns)


def catalogue(shape: FeatureShape) -> list[Feature]:
    """Stage, path and one duration per stage after the first."""
    return [
        category(
            "current_stage", "Stage", "当前阶段", [(stage.name, stage.en, stage.zh) for stage in shape.open_stages]
        ),
        number("stage_index", "Place in the funnel", "漏斗位置", "stages"),
        number("stage_days", "Days in this stage", "当前阶段停留天数", "days"),
        number("stages_visited", "Stages seen", "经历阶段数", "stages"),
        number("backward_moves", "Moves back", "阶段回退次数", "moves"),
        *[
            number(
                f"days_to_{stage.slug}", f"Days from creation to “{stage.en}”", f"从创建到“{stage.zh}”的天数", "days"
            )
            for stage in shape.open_stages[1:]
        ],
    ]
