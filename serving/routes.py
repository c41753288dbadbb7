"""The HTTP API as a Starlette application; BentoML mounts it into its service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crm_core.access import Scope
from crm_core.errors import CrmError
from crm_core.receipts import Receipt
from features.errors import FeatureError
from scoring.errors import ScoringError
from serving import metrics
from serving.answers import encoded_response, error_response, json_response, scores_json
from serving.bodies import read_body
from serving.changes import changes_answer
from serving.error_form import in_our_terms, internal_error
from serving.errors import NotFoundError, RequestError
from serving.events import idempotency_key
from serving.exchange_schemas import ChangesQuery, CommissionQuery, EventsRequest, PriorityQuery
from serving.pages.routes import page_routes
from serving.queries import read_query
from serving.receipt_answer import receipt_answer
from serving.request_note import RequestNote
from serving.runtime import Runtime
from serving.schemas import CustomerScoreRequest, LeadScoreRequest

Endpoint = Callable[[Request], Awaitable[Response]]
Handler = Callable[[Request, Runtime], Awaitable[Any]]


def answering(handler: Handler) -> Endpoint:
    """An endpoint that answers what the handler returns as JSON, and what it raises in our error form.

    Errors are answered here, and not raised through BentoML, so that its metrics count the status that is sent.
    """

    @wraps(handler)
    async def endpoint(request: Request) -> Response:
        note = RequestNote.of(request.scope)
        try:
            found = await handler(request, request.app.state.runtime)
            return found if isinstance(found, Response) else json_response(found)
        except RequestError as raised:
            error = raised
        except (CrmError, FeatureError, ScoringError) as raised:
            error = in_our_terms(raised, note)
        except Exception as raised:
            error = internal_error(note, raised)
        note.is_error_formed = True
        note.log["code"] = error.error_code
        metrics.ERRORS.labels(error.error_code).inc()
        return error_response(error)

    return endpoint


@answering
async def score_leads(request: Request, runtime: Runtime) -> Any:
    """POST /v1/leads/score."""
    body = read_body(LeadScoreRequest, await request.body(), runtime.rules.max_entities)
    arrived_at = RequestNote.of(request.scope).arrived_at
    if body.lead_ids is not None:
        lane = runtime.lane(len(body.lead_ids))
        call = partial(runtime.leads.by_ids, body.lead_ids, with_reasons=body.reasons)
    else:
        lane = runtime.rows
        call = partial(runtime.leads.by_rows, body.leads or [], with_reasons=body.reasons)
    return _scores_response(request, await lane.take(arrived_at, _encoded, call))


@answering
async def score_customers(request: Request, runtime: Runtime) -> Any:
    """POST /v1/customers/score."""
    body = read_body(CustomerScoreRequest, await request.body(), runtime.rules.max_entities)
    lane, arrived_at = runtime.lane(len(body.customer_ids)), RequestNote.of(request.scope).arrived_at
    call = partial(runtime.customers.by_ids, body.customer_ids, with_reasons=body.reasons)
    return _scores_response(request, await lane.take(arrived_at, _encoded, call))


@answering
async def prediction(request: Request, runtime: Runtime) -> Any:
    """GET /v1/predictions/{prediction_id}."""
    prediction_id = RequestNote.of(request.scope).path_params["prediction_id"]
    receipt = await asyncio.to_thread(_own_receipt, runtime, prediction_id, _scope_of(request))
    if receipt is None:
        raise NotFoundError("The prediction must exist, but there is none with this id.", code="prediction_not_found")
    return receipt_answer(receipt)


@answering
async def events(request: Request, runtime: Runtime) -> Any:
    """POST /v1/events."""
    key = idempotency_key(request.headers.get("idempotency-key"))
    body = read_body(EventsRequest, await request.body(), runtime.rules.max_entities)
    note = RequestNote.of(request.scope)
    scope = (note.caller.prefix or note.caller.name) if note.caller else ""
    answer = await runtime.events.take(body.table, body.rows, scope, key)
    note.log.update({"table": body.table, "read": answer["read"], "rejected": answer["rejected"]})
    return answer


@answering
async def changes(request: Request, runtime: Runtime) -> Any:
    """GET /v1/changes."""
    query = read_query(ChangesQuery, request.query_params, runtime.exchange.max_page_size)
    limit = query.limit or runtime.exchange.page_size
    return changes_answer(await asyncio.to_thread(runtime.read_changes, query.since, limit))


@answering
async def priority(request: Request, runtime: Runtime) -> Any:
    """GET /v1/priority."""
    query = read_query(PriorityQuery, request.query_params, runtime.exchange.max_page_size)
    limit = query.limit or runtime.exchange.page_size
    scope = _scope_of(request)
    if query.rep_id is not None and not await asyncio.to_thread(runtime.ownership.sees_rep, scope, query.rep_id):
        raise NotFoundError("The rep must be the caller or of the caller's team, but is not.", code="rep_not_found")
    arrived_at = RequestNote.of(request.scope).arrived_at
    return await runtime.rows.take(arrived_at, runtime.priority.of, query.rep_id, limit, scope)


@answering
async def commission(request: Request, runtime: Runtime) -> Any:
    """GET /v1/commission/me."""
    query = read_query(CommissionQuery, request.query_params, runtime.exchange.max_page_size)
    return await asyncio.to_thread(runtime.commission.answer, query, _scope_of(request))


async def documentation(request: Request) -> Response:
    """GET /docs.json."""
    return json_response(request.app.state.document())


def build_api() -> Starlette:
    """The application; its state gets a `runtime` when the service starts, and a `document` to serve."""
    return Starlette(
        routes=[
            Route("/v1/leads/score", score_leads, methods=["POST"]),
            Route("/v1/customers/score", score_customers, methods=["POST"]),
            Route("/v1/predictions/{prediction_id}", prediction, methods=["GET"]),
            Route("/v1/priority", priority, methods=["GET"]),
            Route("/v1/events", events, methods=["POST"]),
            Route("/v1/changes", changes, methods=["GET"]),
            Route("/v1/commission/me", commission, methods=["GET"]),
            Route("/docs.json", documentation, methods=["GET"]),
            *page_routes(),
        ]
    )


def _scope_of(request: Request) -> Scope:
    caller = RequestNote.of(request.scope).caller
    return caller.scope if caller else Scope()


def _own_receipt(runtime: Runtime, prediction_id: str, scope: Scope) -> Receipt | None:
    """The receipt, stored or not yet; None where it is about another's lead or customer."""
    pending = runtime.receipts.find(prediction_id)
    if pending is None:
        return runtime.ownership.receipt(prediction_id, scope)
    return pending if runtime.ownership.sees(scope, pending.entity, pending.entity_id) else None


@dataclass(frozen=True)
class _Encoded:
    """An answer with scores, and what the log tells of it."""

    body: bytes
    count_scored: int
    count_unscored: int


def _encoded(call: Callable[[], dict[str, Any]]) -> _Encoded:
    """What the call answers as JSON: made in the working thread too, for a thousand scores are a megabyte."""
    answer = call()
    return _Encoded(scores_json(answer), len(answer["scores"]), len(answer["errors"]))


def _scores_response(request: Request, answer: _Encoded) -> Response:
    log = RequestNote.of(request.scope).log
    log["scored"], log["unscored"] = answer.count_scored, answer.count_unscored
    return encoded_response(answer.body)
