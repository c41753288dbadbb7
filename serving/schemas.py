"""Requests and answers of the HTTP API; the OpenAPI document is made from these models."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
    model_validator,
)

MAX_ATTRIBUTES = 500
MAX_TEXT = 2_000
FIRST_YEAR, LAST_YEAR = 1900, 2200  # as an import has them


def _without_controls(text: str) -> str:
    """Control characters have no place in a name or id; PostgreSQL refuses NUL outright."""
    if text.isprintable():
        return text
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise ValueError("must not hold control characters")
    return text


def _whole(value: Any) -> Any:
    """JSON knows one kind of number: 80.0 is the whole number 80, as JSON Schema has it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _of_one_kind(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """One fault for a value of no kind, where a union would tell one for each of its branches."""
    try:
        return handler(value)
    except ValidationError:
        raise ValueError(
            f"must be a text of at most {MAX_TEXT} printable characters, a finite number, true, false or null"
        ) from None


Identifier = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_without_controls)]
Text = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_without_controls)]
Money = Annotated[Decimal, Field(ge=0, le=Decimal("1e13"), decimal_places=2)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000), BeforeValidator(_whole)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
AttributeValue = Annotated[bool | int | Finite | Text | None, Field(union_mode="smart"), WrapValidator(_of_one_kind)]
Probability = Annotated[float, Field(ge=0, le=1)]


class Request(BaseModel):
    """A body refuses names it does not know, and takes no number for a text."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class LeadRow(Request):
    """A lead that is not stored: the bundle's columns, and any attributes."""

    lead_id: Identifier
    created_at: Annotated[
        datetime | None,
        Field(strict=False, description="ISO 8601; a naive moment is read in the configured time zone; absent: now."),
    ] = None
    customer_id: Identifier | None = None
    company_name: Text | None = None
    contact_name: Text | None = None
    phone: Text | None = None
    email: Text | None = None
    channel_id: Identifier | None = None
    campaign: Text | None = None
    product: Text | None = None
    expected_amount: Annotated[Money | None, Field(strict=False)] = None
    budget: Annotated[Money | None, Field(strict=False)] = None
    employee_count: Count | None = None
    industry: Text | None = None
    region: Text | None = None
    rep_id: Identifier | None = None
    attributes: Annotated[dict[Identifier, AttributeValue], Field(max_length=MAX_ATTRIBUTES)] = {}

    @field_validator("created_at", mode="before")
    @classmethod
    def _is_iso(cls, value: Any) -> Any:
        """Pydantic would read a number, and a text of digits too, as seconds since 1970: no moment of the bundle is."""
        if value is None or isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise ValueError("must be an ISO 8601 text such as 2024-03-01T08:00:00+08:00") from None
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValueError(f"must be in the years {FIRST_YEAR} to {LAST_YEAR}")
        return moment


def check_count(items: list[Any] | None, info: ValidationInfo) -> list[Any] | None:
    """At most as many entries as the settings allow."""
    limit = (info.context or {}).get("max_entities")
    if items is not None and limit is not None and len(items) > limit:
        raise ValueError(f"must have at most {limit} entries, but has {len(items)}")
    return items


Identifiers = Annotated[list[Identifier], Field(min_length=1), AfterValidator(check_count)]


WithReasons = Annotated[bool, Field(description="Whether each score comes with its reasons; without is quicker.")]


class LeadScoreRequest(Request):
    """Exactly one of `lead_ids` (stored leads) and `leads` (not stored)."""

    lead_ids: Identifiers | None = None
    reasons: WithReasons = True
    leads: Annotated[list[LeadRow], Field(min_length=1), AfterValidator(check_count)] | None = None

    @model_validator(mode="after")
    def _has_one_form(self) -> LeadScoreRequest:
        if (self.lead_ids is None) == (self.leads is None):
            raise ValueError("must have exactly one of lead_ids and leads")
        return self

    @field_validator("leads")
    @classmethod
    def _are_distinct(cls, leads: list[LeadRow] | None) -> list[LeadRow] | None:
        if leads is not None and len({lead.lead_id for lead in leads}) < len(leads):
            raise ValueError("must have each lead_id once")
        return leads


class CustomerScoreRequest(Request):
    """Stored customers."""

    customer_ids: Identifiers
    reasons: WithReasons = True


class Benchmark(BaseModel):
    """What a value is with those that were won (churn: who stayed) in the history that the model learnt from."""

    kind: Literal["median", "share"]
    value: float = Field(description="A median in the unit of the reason's value, a share from 0 to 1.")
    en: str
    zh: str


class Reason(BaseModel):
    """Why a score is what it is: the share of one group of features, told by the one that speaks for it."""

    feature: str
    value: bool | int | float | str | None
    contribution: float = Field(description="Log-odds of the whole group; above 0 raises the probability.")
    en: str
    zh: str
    group: str = Field(description="What is told as one; the strongest groups of a score are its reasons.")
    benchmark: Benchmark | None = None


class CustomerReason(Reason):
    """A reason of one of the two models."""

    model: Literal["churn", "rfm"]


class Model(BaseModel):
    """What scored."""

    name: str
    version: int
    trained_as_of: datetime


class _Scored(BaseModel):
    prediction_id: str
    degraded: bool = Field(description="The features are older than they should be.")
    features_as_of: datetime
    scored_at: datetime
    expires_at: datetime


class LeadScore(_Scored):
    """The score of one lead."""

    lead_id: str
    reasons: list[Reason]
    win_probability: Probability
    win_probability_low: Probability | None = Field(
        default=None, description="Lower end of the 80 % range; null: the model has none."
    )
    win_probability_high: Probability | None = Field(default=None, description="Upper end of the 80 % range.")
    comparable_leads: int | None = Field(default=None, description="Closed leads with a like score behind the range.")
    grade: Literal["A", "B", "C", "D"]
    trend: Literal["up", "down", "steady", "new"] | None = Field(
        description="Against the lead's last score; null: the last score cannot be read now."
    )
    expected_value: float | None = Field(description="Win probability times the expected amount, in the currency.")
    amount_estimated: bool = Field(
        default=False, description="The lead has no expected amount: it is that of leads like it, by product and size."
    )
    size_fit: float | None
    credit_hold: bool
    prescreen: str | None = Field(description="Why the lead clearly does not fit; null: it may.")


class CustomerScore(_Scored):
    """The score of one customer."""

    customer_id: str
    reasons: list[CustomerReason]
    churn_probability: Probability
    rfm_tier: str | None
    p_up: Probability
    p_stay: Probability
    p_down: Probability
    value_at_risk: float | None


class LeadError(BaseModel):
    """Why a lead has no score."""

    lead_id: str
    code: Literal["lead_not_found", "features_missing", "created_after_as_of"]
    message: str


class CustomerError(BaseModel):
    """Why a customer has no score."""

    customer_id: str
    code: Literal["customer_not_found", "features_missing"]
    message: str


class LeadScoreAnswer(BaseModel):
    """Scores in the order asked; leads without a score are in `errors`, in the order asked."""

    model: Model
    scores: list[LeadScore]
    errors: list[LeadError]


class CustomerScoreAnswer(BaseModel):
    """Scores in the order asked; customers without a score are in `errors`, in the order asked."""

    models: dict[Literal["churn", "rfm"], Model]
    scores: list[CustomerScore]
    errors: list[CustomerError]


class ReceiptAnswer(BaseModel):
    """What is kept of one score."""

    prediction_id: str
    entity: Literal["lead", "customer"]
    entity_id: str
    model_name: str
    model_version: str
    features: dict[str, Any]
    scores: dict[str, Any]
    reasons: list[Reason]
    features_as_of: datetime | None
    scored_at: datetime
    expires_at: datetime
    is_degraded: bool


class Fault(BaseModel):
    """One fault of a body and its place."""

    place: str
    message: str


class ErrorContent(BaseModel):
    """What went wrong."""

    code: str
    message: str
    details: list[Fault]


class ErrorAnswer(BaseModel):
    """Every error has this form."""

    error: ErrorContent
