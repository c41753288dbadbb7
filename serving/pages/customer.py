"""One customer: the golden record with its merges, tier, tags, scores and service record."""

from __future__ import annotations

from starlette.responses import Response

from crm_core.access import Ownership
from crm_core.funnel import touch_points
from crm_core.golden_record.golden_customer import golden_customer
from crm_core.lookup.customers import customer_scores
from crm_core.rfm.history import tier_history
from crm_core.tags.history import tag_history
from serving.errors import NotFoundError
from serving.pages.customers import tier_names
from serving.pages.desk import Desk
from serving.pages.leads import stage_names
from serving.pages.page_request import PageRequest
from serving.pages.tag_words import TagWords
from serving.pages.templating import render
from serving.pages.texts import texts_of

TOUCHES_SHOWN = 40


def customer(asked: PageRequest, desk: Desk) -> Response:
    """GET /customer?id=."""
    visitor, customer_id = asked.visitor, asked.text("id")
    if not customer_id or not Ownership(desk.engine).sees(visitor.scope, "customer", customer_id):
        raise NotFoundError("The customer must exist and be of the visitor's, but is not.", code="customer_not_found")
    record = golden_customer(desk.engine, desk.settings, customer_id, desk.now)
    moves = tier_history(desk.engine, record.golden_id, desk.now)
    last = {change.tag: change for change in tag_history(desk.engine, desk.settings.tags, record.golden_id, desk.now)}
    touches = touch_points(desk.engine, desk.now, (), [alias.customer_id for alias in record.aliases])
    return render(
        "customer.html", visitor, "/customers", show=desk.formats(visitor), record=record, moves=moves[::-1],
        tier_names=tier_names(visitor.language), stages=stage_names(desk, visitor.language),
        service=getattr(desk.settings.service_plan, moves[-1].tier) if moves else None,
        tags=[change for change in last.values() if change.is_held],
        tag_words=TagWords(texts_of(visitor.language), desk.formats(visitor), desk.settings.tags),
        score=customer_scores(desk.engine, desk.now, record.golden_id).get(record.golden_id),
        touches=touches[::-1][:TOUCHES_SHOWN], count_touches=len(touches),
    )  # fmt: skip
