"""The table of everything the service answers. Access, limits, metrics labels and OpenAPI all read this one table."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pydantic import BaseModel

from serving import schemas

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Parameter:
    """A query parameter."""

    name: str
    kind: str  # JSON schema type
    description: str
    is_required: bool = False


@dataclass(frozen=True)
class Operation:
    """One method on one path. `permission` None: open to everybody."""

    method: str
    path: str
    permission: str | None
    summary: str = ""
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    parameters: tuple[Parameter, ...] = field(default=())

    @property
    def pattern(self) -> re.Pattern[str]:
        """Matches the paths of this operation; path parameters are named groups of one segment."""
        return re.compile(_PARAMETER.sub(r"(?P<\1>[^/]{1,200})", self.path))


HEALTH = tuple(Operation("GET", path, None) for path in ("/livez", "/readyz", "/healthz", "/metrics", "/docs.json"))

API = (
    Operation(
        "POST",
        "/v1/leads/score",
        "score",
        "Win probability, grade and reasons of stored leads (`lead_ids`) or of leads given in full (`leads`).",
        schemas.LeadScoreRequest,
        schemas.LeadScoreAnswer,
    ),
    Operation(
        "POST",
        "/v1/customers/score",
        "score",
        "Churn probability, RFM shift and value at risk of stored customers.",
        schemas.CustomerScoreRequest,
        schemas.CustomerScoreAnswer,
    ),
    Operation(
        "GET",
        "/v1/predictions/{prediction_id}",
        "receipts",
        "The receipt of one score: features, model version, reasons.",
        None,
        schemas.ReceiptAnswer,
    ),
)


@dataclass(frozen=True)
class Match:
    """What a path leads to: its operations by method, and the values of its parameters."""

    by_method: dict[str, Operation]
    params: dict[str, str]


class OperationTable:
    """Finds operations by path; built once."""

    def __init__(self, operations: tuple[Operation, ...] = HEALTH + API) -> None:
        self.operations = operations
        self._exact: dict[str, dict[str, Operation]] = {}
        self._patterns: dict[re.Pattern[str], dict[str, Operation]] = {}
        for operation in operations:
            with_parameters = "{" in operation.path
            by_method = (
                self._patterns.setdefault(operation.pattern, {})
                if with_parameters
                else self._exact.setdefault(operation.path, {})
            )
            by_method[operation.method] = operation

    def find(self, path: str) -> Match | None:
        """What answers this path, or None."""
        if (exact := self._exact.get(path)) is not None:
            return Match(exact, {})
        for pattern, by_method in self._patterns.items():
            if found := pattern.fullmatch(path):
                return Match(by_method, found.groupdict())
        return None
