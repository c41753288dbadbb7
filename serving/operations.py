"""The table of everything the service answers. Access, limits, metrics labels and OpenAPI all read this one table."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pydantic import BaseModel

from serving import exchange_schemas, schemas
from serving.errors import ConflictError, NotFoundError, RequestError, UnprocessableError
from serving.pages.permissions import PAGE_PERMISSIONS

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Parameter:
    """A parameter in the query, or a header."""

    name: str
    kind: str  # JSON schema type
    description: str
    is_required: bool = False
    place: str = "query"


@dataclass(frozen=True)
class Operation:
    """One method on one path; who may call it stands in serving.permissions."""

    method: str
    path: str
    summary: str = ""
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    parameters: tuple[Parameter, ...] = field(default=())
    raises: tuple[type[RequestError], ...] = field(default=())  # beside what follows from the rest
    is_page: bool = False  # for people: a session cookie opens it too

    @property
    def pattern(self) -> re.Pattern[str]:
        """Matches the paths of this operation; path parameters are named groups of one segment."""
        return re.compile(_PARAMETER.sub(r"(?P<\1>[^/]{1,200})", self.path))


HEALTH = tuple(Operation("GET", path) for path in ("/livez", "/readyz", "/healthz", "/metrics", "/docs.json"))

_LIMIT = Parameter("limit", "integer", "Entries at most.")
_IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "string",
    "Optional, 1 to 200 printable ASCII characters, the caller's own. The same key and body again: the same answer, "
    "and nothing is done twice; another body: 409.",
    place="header",
)

API = (
    Operation(
        "POST",
        "/v1/leads/score",
        "Win probability, grade and reasons of stored leads (`lead_ids`) or of leads given in full (`leads`).",
        schemas.LeadScoreRequest,
        schemas.LeadScoreAnswer,
    ),
    Operation(
        "POST",
        "/v1/customers/score",
        "Churn probability, RFM shift and value at risk of stored customers.",
        schemas.CustomerScoreRequest,
        schemas.CustomerScoreAnswer,
    ),
    Operation(
        "GET",
        "/v1/predictions/{prediction_id}",
        "The receipt of one score: features, model version, reasons.",
        None,
        schemas.ReceiptAnswer,
    ),
    Operation(
        "GET",
        "/v1/priority",
        "Whom to call first: open leads by expected value, with their scores.",
        None,
        exchange_schemas.PriorityAnswer,
        (Parameter("rep_id", "string", "Leads of this rep only."), _LIMIT),
        (UnprocessableError,),
    ),
    Operation(
        "POST",
        "/v1/events",
        "Rows of a bundle table, written once; scores of the leads they touch follow within 5 s.",
        exchange_schemas.EventsRequest,
        exchange_schemas.EventsAnswer,
        (_IDEMPOTENCY_KEY,),
        (ConflictError,),
    ),
    Operation(
        "GET",
        "/v1/changes",
        "Scores, tiers, tags and credit holds that changed, in order.",
        None,
        exchange_schemas.ChangesAnswer,
        (Parameter("since", "string", "The `cursor` of the last answer. Default: the beginning."), _LIMIT),
        (UnprocessableError,),
    ),
    Operation(
        "GET",
        "/v1/commission/me",
        "A rep's month: progress, and every commission entry with its arithmetic in words.",
        None,
        exchange_schemas.CommissionAnswer,
        (
            Parameter("period", "string", "YYYY-MM. Default: the month under way."),
            Parameter("rep_id", "string", "Whose, where it is not the caller's own."),
        ),
        (NotFoundError, UnprocessableError),
    ),
)

PAGES = tuple(Operation(method, path, is_page=True) for method, path in PAGE_PERMISSIONS)


@dataclass(frozen=True)
class Match:
    """What a path leads to: its operations by method, and the values of its parameters."""

    by_method: dict[str, Operation]
    params: dict[str, str]


class OperationTable:
    """Finds operations by path; built once."""

    def __init__(self, operations: tuple[Operation, ...] = HEALTH + API + PAGES) -> None:
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
