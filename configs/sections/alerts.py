from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from configs.sections.base import PositiveInt, Section

Language = Literal["en", "zh"]
Name = Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z0-9_-]+$")]
VariableName = Annotated[str, Field(pattern=r"^[A-Z_][A-Z0-9_]*$")]


class Destination(Section):
    name: Name
    language: Language | None = None
    rules: Annotated[list[str], Field(min_length=1, default_factory=lambda: ["*"])]


class WebhookDestination(Destination):
    kind: Literal["webhook"]
    url_env: VariableName
    secret_env: VariableName | None = None


class DingTalkDestination(Destination):
    kind: Literal["dingtalk"]
    url_env: VariableName
    secret_env: VariableName | None = None


class WeComDestination(Destination):
    kind: Literal["wecom"]
    url_env: VariableName


class EmailDestination(Destination):
    kind: Literal["email"]
    host: str
    port: PositiveInt
    security: Literal["none", "starttls", "tls"] = "starttls"
    sender: str
    to: Annotated[list[str], Field(min_length=1)]
    user_env: VariableName | None = None
    password_env: VariableName | None = None


AnyDestination = Annotated[
    WebhookDestination | DingTalkDestination | WeComDestination | EmailDestination, Field(discriminator="kind")
]


class Alerts(Section):
    language: Language
    page_url: str
    look_back_days: PositiveInt
    repeat_days: Annotated[int, Field(ge=0)]
    max_attempts: PositiveInt
    timeout_seconds: Annotated[float, Field(gt=0)]
    max_items: PositiveInt
    destinations: list[AnyDestination]

    @model_validator(mode="after")
    def _has_own_names(self) -> Self:
        names = [one.name for one in self.destinations]
        if len(set(names)) < len(names):
            raise ValueError("each destination has a name of its own")
        return self
