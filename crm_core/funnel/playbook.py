"""How complete the records are against the playbook (mission F6)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from configs.sections import Playbook
from crm_core.errors import UnknownDimensionError
from crm_core.funnel.facts import FunnelFacts
from crm_core.funnel.figures import lost_places
from crm_core.funnel.records import record_column

REASON = "reason"
Mask = npt.NDArray[np.bool_]


def record_completeness(facts: FunnelFacts, playbook: Playbook) -> pd.DataFrame:
    """One row per lead: lead_id, stage (where it stands), rep_id, team, required, filled, completeness, missing.

    A record must hold what its stage and those before it ask for; of a lost lead only what lost asks for.
    `completeness` is filled / required, 1 where nothing is required; `missing` names the fields, comma-separated. An
    attribute that no record ever had is missing in all.
    """
    last = facts.stays[facts.stays["next_stage"] < 0].set_index("lead").reindex(facts.leads.index)
    fields = list(dict.fromkeys(field for play in playbook.stages.values() for field in play.required_fields))
    must = _required(facts, playbook, fields)[last["stage"].to_numpy(np.int64)]
    has = np.column_stack([_filled(facts, field, last[REASON]) for field in fields] or [np.zeros((len(last), 0), bool)])
    required, filled = must.sum(axis=1), (must & has).sum(axis=1)
    names = np.array(fields, dtype=object)
    stages = np.array([stage.name for stage in facts.funnel.stages], dtype=object)
    return pd.DataFrame(
        {
            "lead_id": facts.leads["lead_id"],
            "stage": stages[last["stage"].to_numpy(np.int64)],
            "rep_id": facts.leads["rep_id"],
            "team": facts.leads["team"],
            "required": required,
            "filled": filled,
            "completeness": np.where(required > 0, filled / np.maximum(required, 1), 1.0),
            "missing": [", ".join(names[row]) for row in must & ~has],
        }
    )


def completeness_by(records: pd.DataFrame, by: str) -> pd.DataFrame:
    """One row per value of `by` (stage, rep_id, team): leads, completeness (mean), complete (share of whole records)
    and most_missing, the field that lacks most often.
    """
    groups = records.assign(is_complete=records["filled"] == records["required"]).groupby(by, sort=False, dropna=False)
    table = groups.agg(
        leads=("lead_id", "size"), completeness=("completeness", "mean"), complete=("is_complete", "mean"),
        most_missing=("missing", _most_missing),
    )  # fmt: skip
    return table.reset_index()


def _most_missing(missing: pd.Series[Any]) -> str:
    counts = missing[missing != ""].str.split(", ").explode().value_counts()
    return min(counts.index, key=lambda field: (-counts[field], field)) if len(counts) else ""


def _required(facts: FunnelFacts, playbook: Playbook, fields: list[str]) -> Mask:
    """[stages, fields] what a record must hold in each stage."""
    own = np.zeros((len(facts.funnel.stages), len(fields)), bool)
    for place, stage in enumerate(facts.funnel.stages):
        play = playbook.stages.get(stage.name)
        own[place] = [play is not None and field in play.required_fields for field in fields]
    lost = lost_places(facts)
    path = [place for place in range(len(own)) if place not in lost]
    own[path] = np.logical_or.accumulate(own[path], axis=0)
    return own


def _filled(facts: FunnelFacts, field: str, reasons: pd.Series[Any]) -> Mask:
    try:
        values = reasons if field == REASON else record_column(facts, "lead", field)
    except UnknownDimensionError:
        return np.zeros(len(reasons), bool)
    return (values.notna() & (values.astype(str).str.strip() != "")).to_numpy()
