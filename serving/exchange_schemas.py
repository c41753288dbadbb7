"""Requests and answers of the routes by which other systems give events and take changes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

from crm_core.schema import BUNDLE
from serving.schemas import Identifier, LeadScore, Model, Request, check_count

Kind = Literal["score", "tier", "tag", "credit_hold"]


def _check_table(name: str) -> str:
    if name not in BUNDLE:
        raise ValueError(f"must be one of {', '.join(BUNDLE)}")
    return name


TableName = Annotated[str, AfterValidator(_check_table), Field(json_schema_extra={"enum": list(BUNDLE)})]


class EventsRequest(Request):
    """Rows of one bundle table, in the words of the bundle; leads and customers may have `attributes`."""

    table: TableName
    rows: Annotated[list[dict[str, Any]], Field(min_length=1), AfterValidator(check_count)]


class RowError(BaseModel):
    """Why a row was not stored: the rule that it breaks. `index` counts from 0 in the order given."""

    index: int
    column: str | None
    rule: str
    value: str | None


class EventsAnswer(BaseModel):
    """What was done; a row is stored whole, or is in `errors` and nothing of it is stored."""

    table: TableName
    read: int
    inserted: int
    updated: int
    unchanged: int
    rejected: int
    errors: list[RowError]


class Change(BaseModel):
    """Something that changed of one lead or customer; `body` has the new figures."""

    cursor: str = Field(description="Where to go on after this change.")
    kind: Kind
    entity: Literal["lead", "customer"]
    entity_id: str
    at: datetime
    body: dict[str, Any]


class ChangesAnswer(BaseModel):
    """Changes in the order in which they were stored."""

    changes: list[Change]
    cursor: str = Field(description="To be given as `since` next time.")
    has_more: bool


class WebhookMessage(BaseModel):
    """What a subscriber gets."""

    webhook_id: str
    changes: list[Change]


class RankedLead(LeadScore):
    """A lead's score and its place among the open leads asked for; 1 is the first to call."""

    priority: int
    company_name: str | None
    product: str | None
    rep_id: str | None
    step_hours: float = Field(description="Hours of the rep that the lead's next step takes.")
    fits_this_week: bool | None = Field(
        description="Whether they fit into the rep's hours left this week, after the leads above; null: it has no rep."
    )


class RepWeek(BaseModel):
    """A rep's hours in the week under way, or in the next one where no working time of this one is left."""

    starts_at: datetime
    capacity_hours: float
    spent_hours: float
    left_hours: float


class PriorityAnswer(BaseModel):
    """Leads by expected value, then probability; those under credit hold or sorted out by prescreening come last."""

    model: Model
    total: int = Field(description="Open leads that were ranked.")
    leads: list[RankedLead]
    weeks: dict[str, RepWeek] = Field(description="By rep_id, of the reps of the leads shown.")


class CommissionEntry(BaseModel):
    """What one journal adds to what the rep is owed; `en` and `zh` give the rule and the arithmetic in words."""

    journal_id: int
    kind: Literal["payment", "reversal", "correction", "bonus"]
    rule: Literal["order_rate", "mentor", "progressive", "kpi"]
    plan_version: str | None
    order_id: str | None
    payment_id: str | None
    occurred_at: datetime | None
    earned_month: str | None
    period: str
    currency: str
    amount_cents: int = Field(description="Negative where something is taken back.")
    en: str
    zh: str
    inputs: dict[str, Any] = Field(description="The figures behind the amount.")


class BonusSoFar(BaseModel):
    """A bonus of the month by what is known; it is booked when the month is over."""

    rule: Literal["progressive", "kpi"]
    amount_cents: int
    en: str
    zh: str


class CommissionProgress(BaseModel):
    """How far the rep is in the month, in one currency."""

    currency: str
    plan_version: str
    received_cents: int
    target_cents: int
    target_share: float
    visits: int
    visit_target: int
    kpi_score: float
    is_over: bool
    bonuses: list[BonusSoFar]


class CommissionAnswer(BaseModel):
    """A rep's month: every entry booked in it, and its progress as of now."""

    rep_id: str
    period: str
    as_of: datetime
    stands_at: datetime | None = Field(description="The last run that booked anything.")
    entries: list[CommissionEntry]
    totals: dict[str, dict[str, int]] = Field(description="Currency, then rule or `all`: cents.")
    progress: list[CommissionProgress]


def _check_page(limit: int, info: ValidationInfo) -> int:
    largest = (info.context or {}).get("max_page_size")
    if largest is not None and limit > largest:
        raise ValueError(f"must be at most {largest}, but is {limit}")
    return limit


Limit = Annotated[int, Field(ge=1), AfterValidator(_check_page)]


class Query(BaseModel):
    """Query parameters; a name that is not known is an error."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class ChangesQuery(Query):
    """`since`: the cursor of the last answer; 0 is the beginning."""

    since: Annotated[int, Field(ge=0)] = 0
    limit: Limit | None = None


class CommissionQuery(Query):
    """`rep_id`: whose statement, where it is not the caller's own; `period`: a month, the one under way by default."""

    period: Annotated[str, Field(pattern=r"^[1-9]\d{3}-(0[1-9]|1[0-2])$")] | None = None
    rep_id: Identifier | None = None


class PriorityQuery(Query):
    """`rep_id`: leads of one rep only."""

    rep_id: Identifier | None = None
    limit: Limit | None = None
