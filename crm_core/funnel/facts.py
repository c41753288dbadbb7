"""What the funnel's figures are made of: facts known at a moment, in frames that are loaded once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Engine, select

from configs.sections import Funnel
from configs.settings import Settings
from crm_core.database import read_transaction
from crm_core.funnel.stays import make_stays
from crm_core.funnel.versions import rows_as_of
from crm_core.tables import AttributeDefinitionRow

_COLUMNS = {
    "leads": (
        "created_at", "customer_id", "company_name", "contact_name", "phone", "email", "channel_id", "campaign",
        "product", "expected_amount_cents", "budget_cents", "employee_count", "industry", "region", "rep_id",
        "attributes",
    ),
    "customers": ("employee_count", "industry", "region", "attributes"),
    "reps": ("team", "name"),
    "stage_events": ("lead_id", "stage", "entered_at", "reason"),
    "activities": ("lead_id", "occurred_at", "direction"),
    "attribute_changes": ("entity", "entity_id", "attribute", "value", "changed_at"),
    "sync_log": ("source_system", "occurred_at", "status"),
}  # fmt: skip


@dataclass(frozen=True)
class FunnelFacts:
    """Facts known at `as_of`; moments in frames are datetime64 in UTC without zone.

    Attributes
    ----------
    leads: one row per lead, index 0..n-1: the columns of the bundle and `team`. A lead that only its events speak of
        has nothing else but created_at, the moment of the first.
    customers: one row per customer.
    stays: one row per stay of a lead in a stage; see `make_stays`.
    first_touch_at: per lead its first activity that is not inbound, at or after creation; NaT where there is none.
    changes: one row per entity, entity_id and slug: the last logged value and its moment.
    sync_log: one row per line: source_system, occurred_at, status.
    slugs: (entity, name or slug of an attribute) -> slug.
    unknown_stages: stage -> events whose stage the funnel does not have (any more).
    """

    as_of: datetime
    funnel: Funnel
    leads: pd.DataFrame
    customers: pd.DataFrame
    stays: pd.DataFrame
    first_touch_at: pd.Series[Any]
    changes: pd.DataFrame
    sync_log: pd.DataFrame
    slugs: dict[tuple[str, str], str]
    unknown_stages: dict[str, int]

    @property
    def now(self) -> np.datetime64:
        """as_of as it stands in the frames."""
        return naive(self.as_of)


def naive(moment: datetime) -> np.datetime64:
    """A moment as it stands in the frames: UTC without zone."""
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")


def load_facts(engine: Engine, settings: Settings, as_of: datetime) -> FunnelFacts:
    """Read everything once, from one state of the database: nothing recorded after as_of is in it.

    Raises
    ------
    DatabaseError: the database cannot be read.
    """
    with read_transaction(engine) as connection:
        frames = {table: rows_as_of(connection, table, as_of, columns) for table, columns in _COLUMNS.items()}
        table = AttributeDefinitionRow.__table__
        known = connection.execute(select(table.c.entity, table.c.name, table.c.slug)).all()
    slugs = {(entity, slug): slug for entity, _, slug in known} | {(entity, name): slug for entity, name, slug in known}
    return make_facts(frames, slugs, settings.funnel, as_of)


def make_facts(
    frames: Mapping[str, pd.DataFrame], slugs: dict[tuple[str, str], str], funnel: Funnel, as_of: datetime
) -> FunnelFacts:
    """Facts from frames of bundle tables in their version of as_of, as `rows_as_of` gives them."""
    events = frames["stage_events"]
    leads = _leads(frames["leads"], events, frames["reps"])
    row_of = pd.Index(leads["lead_id"])
    events = events.assign(lead=row_of.get_indexer(pd.Index(events["lead_id"])))
    is_known = events["stage"].isin([stage.name for stage in funnel.stages])
    return FunnelFacts(
        as_of=as_of,
        funnel=funnel,
        leads=leads,
        customers=frames["customers"].set_index("customer_id", drop=False),
        stays=make_stays(leads, events, funnel),
        first_touch_at=_first_touch(frames["activities"], leads, row_of),
        changes=_last_changes(frames["attribute_changes"], slugs),
        sync_log=frames["sync_log"],
        slugs=slugs,
        unknown_stages={str(stage): int(n) for stage, n in events["stage"][~is_known].value_counts().items()},
    )


def _leads(leads: pd.DataFrame, events: pd.DataFrame, reps: pd.DataFrame) -> pd.DataFrame:
    first = events.groupby("lead_id", sort=True)["entered_at"].min()
    lost = first[~first.index.isin(leads["lead_id"])]
    if len(lost):
        leads = pd.concat([leads, pd.DataFrame({"lead_id": lost.index, "created_at": lost.to_numpy()})])
    leads = leads.reset_index(drop=True)
    return leads.assign(team=leads["rep_id"].map(reps.set_index("rep_id")["team"]).astype(object))


def _first_touch(activities: pd.DataFrame, leads: pd.DataFrame, row_of: pd.Index[Any]) -> pd.Series[Any]:
    outward = activities[(activities["direction"] != "inbound") & activities["lead_id"].notna()]
    lead = row_of.get_indexer(pd.Index(outward["lead_id"]))
    touches = pd.DataFrame({"lead": lead, "at": outward["occurred_at"].to_numpy()})[lead >= 0]
    touches = touches[touches["at"].to_numpy() >= leads["created_at"].to_numpy()[touches["lead"].to_numpy()]]
    first: pd.Series[Any] = touches.groupby("lead")["at"].min().reindex(leads.index)
    return first


def _last_changes(changes: pd.DataFrame, slugs: dict[tuple[str, str], str]) -> pd.DataFrame:
    ordered = changes.sort_values(["changed_at", "recorded_at", "change_seq"], kind="stable")
    pairs = zip(ordered["entity"], ordered["attribute"], strict=True)
    ordered = ordered.assign(slug=pd.Series([slugs.get(pair, pair[1]) for pair in pairs], ordered.index, object))
    columns = ["entity", "entity_id", "slug", "value", "changed_at"]
    return ordered.drop_duplicates(["entity", "entity_id", "slug"], keep="last")[columns]
