from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from configs.sections.base import PositiveInt, Section, Share

Seconds = Annotated[float, Field(gt=0)]
Url = Annotated[str, Field(pattern=r"^https?://[^\s@]+$")]
VariableName = Annotated[str, Field(pattern=r"^[A-Z_][A-Z0-9_]*$")]
SCORES = (
    "win_probability", "grade", "expected_value", "trend", "reasons", "model_version", "scored_at", "override",
    "override_reason",
)  # fmt: skip


def _are_known(fields: dict[str, str]) -> dict[str, str]:
    if unknown := sorted(set(fields) - set(SCORES)):
        raise ValueError(f"fields must be among {', '.join(SCORES)}, but got {', '.join(unknown)}")
    return fields


Fields = Annotated[dict[str, str], Field(min_length=1), AfterValidator(_are_known)]


class SinkRules(Section):
    name: Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z0-9_-]+$")]


class CsvSinkRules(SinkRules):
    kind: Literal["csv"]
    path: str


class WebhookSinkRules(SinkRules):
    kind: Literal["webhook"]
    url: Url
    secret_env: VariableName | None = None


class DynamicsSinkRules(SinkRules):
    kind: Literal["dynamics"]
    url: Url
    token_env: VariableName


class HubSpotSinkRules(SinkRules):
    kind: Literal["hubspot"]
    token_env: VariableName
    url: Url = "https://api.hubapi.com"
    object_type: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")] = "contacts"
    properties: Fields


class SalesforceSinkRules(SinkRules):
    kind: Literal["salesforce"]
    url: Url
    token_env: VariableName
    api_version: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]$")] = "60.0"
    object_type: str = "Lead"
    fields: Fields


class OdooSinkRules(SinkRules):
    kind: Literal["odoo"]
    url: Url
    database: str
    user: str
    password_env: VariableName
    fields: Fields


AnySink = Annotated[
    CsvSinkRules | WebhookSinkRules | DynamicsSinkRules | HubSpotSinkRules | SalesforceSinkRules | OdooSinkRules,
    Field(discriminator="kind"),
]


class WriteBack(Section):
    min_change: Share
    calls_per_second: Seconds
    timeout_seconds: Seconds
    max_attempts: PositiveInt
    first_pause_seconds: Seconds
    max_pause_seconds: Seconds
    sinks: list[AnySink]

    @model_validator(mode="after")
    def _names_are_distinct(self) -> Self:
        names = [sink.name for sink in self.sinks]
        if len(set(names)) < len(names):
            raise ValueError(f"sinks must have names of their own, but got {', '.join(names)}")
        return self
