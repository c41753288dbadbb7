"""The OpenAPI document: our operations beside those that BentoML documents itself."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from serving import errors, exchange_schemas, schemas
from serving.operations import API, Operation, Parameter

DESCRIPTION = (
    "Scores of leads and customers with their reasons, in English and Chinese. "
    'Every error has the form `{"error": {"code", "message", "details"}}`.'
)
_REFERENCE = "#/components/schemas/{model}"
_COMMON = (
    errors.UnauthorisedError,
    errors.ForbiddenError,
    errors.TooManyRequestsError,
    errors.InternalError,
    errors.UnavailableError,
)
_OF_BODY = (
    errors.BadRequestError,
    errors.BodyTimeoutError,
    errors.BodyTooLargeError,
    errors.UnsupportedMediaError,
    errors.UnprocessableError,
)


def openapi_document(bentoml_document: dict[str, Any], max_entities: int) -> dict[str, Any]:
    """OpenAPI 3.0.3 of the whole service.

    Parameters
    ----------
    bentoml_document: what BentoML says of its own routes (health and metrics).
    max_entities: leads or customers per call, told as `maxItems`.
    """
    paths: dict[str, Any] = {
        path: item for path, item in bentoml_document.get("paths", {}).items() if not path.startswith("/v1/")
    }
    for operation in API:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "funnelcast", "version": "1", "description": DESCRIPTION},
        "servers": [{"url": "."}],
        "tags": bentoml_document.get("tags", []),
        "security": [{"key": []}],
        "paths": {path: _opened(item) if not path.startswith("/v1/") else item for path, item in paths.items()},
        "webhooks": {"changes": {"post": _webhook()}},
        "components": {
            "schemas": _schemas(max_entities),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _opened(item: dict[str, Any]) -> dict[str, Any]:
    """BentoML's own routes, which need no key."""
    return {method: {**operation, "security": []} for method, operation in item.items()}


def _operation(operation: Operation) -> dict[str, Any]:
    raised = [
        *_COMMON,
        *(_OF_BODY if operation.body else ()),
        *((errors.NotFoundError,) if "{" in operation.path else ()),
        *operation.raises,
    ]
    responses = {"200": {"description": "Done.", **_content(operation.answer)}}
    for error in sorted(raised, key=lambda kind: kind.http_status):
        responses[str(error.http_status)] = _error(error)
    name = f"{operation.method.lower()}{re.sub('[^a-z]+', '_', operation.path).rstrip('_')}"
    described: dict[str, Any] = {
        "operationId": name,
        "summary": operation.summary,
        "tags": ["Service APIs"],
        "responses": responses,
    }
    if operation.body is not None:
        described["requestBody"] = {"required": True, **_content(operation.body)}
    if parameters := [*_path_parameters(operation.path), *map(_parameter, operation.parameters)]:
        described["parameters"] = parameters
    return described


def _webhook() -> dict[str, Any]:
    """What a subscriber must answer; see crm_core.exchange.signing for the headers."""
    headers = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    ]
    return {
        "summary": "Changes told to a subscriber, signed as Standard Webhooks 1.0 says; may come twice with one id.",
        "security": [],
        "parameters": headers,
        "requestBody": {"required": True, **_content(exchange_schemas.WebhookMessage)},
        "responses": {"2XX": {"description": "Taken. Any other status, and the delivery is tried again later."}},
    }


def _error(kind: type[errors.RequestError]) -> dict[str, Any]:
    headers = {"Retry-After": {"schema": {"type": "integer"}}} if kind.retry_after_seconds else {}
    return {"description": kind.__doc__ or "", "headers": headers, **_content(schemas.ErrorAnswer)}


def _content(model: type[BaseModel] | None) -> dict[str, Any]:
    reference = {"$ref": _REFERENCE.format(model=model.__name__)} if model else {}
    return {"content": {"application/json": {"schema": reference}}}


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = re.findall(r"\{(\w+)\}", path)
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "maxLength": 200}} for name in names
    ]


def _parameter(parameter: Parameter) -> dict[str, Any]:
    described = {"name": parameter.name, "in": parameter.place, "required": parameter.is_required}
    return {**described, "description": parameter.description, "schema": {"type": parameter.kind}}


def _schemas(max_entities: int) -> dict[str, Any]:
    bodies = [(operation.body, "validation") for operation in API if operation.body]
    answers = [(operation.answer, "serialization") for operation in API if operation.answer]
    others = [(schemas.ErrorAnswer, "serialization"), (exchange_schemas.WebhookMessage, "serialization")]
    models = [*bodies, *answers, *others]
    _, document = models_json_schema(models, ref_template=_REFERENCE)  # type: ignore[arg-type]
    found: dict[str, Any] = document["$defs"]
    for model, name in (
        ("LeadScoreRequest", "lead_ids"),
        ("LeadScoreRequest", "leads"),
        ("CustomerScoreRequest", "customer_ids"),
        ("EventsRequest", "rows"),
    ):
        _limit(found[model]["properties"][name], max_entities)
    found["LeadScoreRequest"]["oneOf"] = [{"required": ["lead_ids"]}, {"required": ["leads"]}]
    return found


def _limit(schema: dict[str, Any], max_entities: int) -> None:
    for part in schema.get("anyOf", [schema]):
        if part.get("type") == "array":
            part["maxItems"] = max_entities
