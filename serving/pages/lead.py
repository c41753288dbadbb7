"""One lead: what it is, its score and how that moved, its timeline, and the receipts of scores given."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from crm_core.funnel import touch_points
from crm_core.gates.facts import LeadFacts
from crm_core.gates.prescreen import Refusal, prescreen
from crm_core.gates.signing import SigningPermission, may_sign
from crm_core.gates.stored import hold_of
from crm_core.lookup.leads import find_lead
from crm_core.lookup.scores import receipts_of, score_points
from crm_core.overrides import override_history
from scoring.encoding import as_category, as_number
from scoring.lead_scores import LeadScore, score_vectors
from serving.errors import NotFoundError
from serving.models_needed import needed
from serving.pages.desk import Desk
from serving.pages.lead_rows import trend_since_yesterday
from serving.pages.leads import stage_names
from serving.pages.page_request import PageRequest
from serving.pages.permissions import OVERRIDING
from serving.pages.rep_reasons import with_rep_names
from serving.pages.score_steps import score_steps
from serving.pages.templating import render

RECEIPTS_SHOWN = 20
TOUCHES_SHOWN = 200
BASE_FIELDS = (
    "company_name", "contact_name", "phone", "email", "product", "expected_amount_cents", "budget_cents",
    "employee_count", "industry", "region", "channel_id", "campaign", "rep_id", "customer_id", "created_at",
)  # fmt: skip


def lead(asked: PageRequest, desk: Desk) -> Response:
    """GET /lead?id=."""
    visitor, row = asked.visitor, own_lead(asked, desk)
    lead_id = str(row["lead_id"])
    points = score_points(desk.engine, [lead_id], desk.now)[lead_id]
    receipts = receipts_of(desk.engine, "lead", lead_id, desk.now, RECEIPTS_SHOWN)
    touches = touch_points(desk.engine, desk.now, [lead_id])
    (score, refusal), stage = _score(lead_id, desk), _stage(touches, desk)
    reps = desk.reps(visitor.scope)
    return render(
        "lead.html", visitor, "/leads", show=desk.formats(visitor), row=row, fields=BASE_FIELDS, score=score,
        refusal=refusal,
        trend=trend_since_yesterday(points, score.win_probability, desk.now, desk.settings) if score else None,
        points=points, steps=score_steps(receipts, desk.old_models.get), receipts=receipts,
        touches=touches[::-1][:TOUCHES_SHOWN],
        count_touches=len(touches), stage=stage, play=desk.settings.playbook.stages.get(stage),
        overrides=override_history(desk.engine, lead_id, desk.now), may_override=visitor.role in OVERRIDING,
        planned=_planned(lead_id, desk) if score else None, signing=_signing(row["customer_id"], desk),
        stages=stage_names(desk, visitor.language), channels=desk.channels(visitor.language),
        reps=reps, reasons=with_rep_names(score.reasons, reps) if score else [],
    )  # fmt: skip


def score_lead(asked: PageRequest, desk: Desk) -> Response:
    """POST /lead/score: a score of this moment that is kept with its receipt."""
    lead_id = str(own_lead(asked, desk)["lead_id"])
    desk.leads.by_ids([lead_id])
    return RedirectResponse(f"/lead?id={quote(lead_id, safe='')}#receipts", status_code=303)


def own_lead(asked: PageRequest, desk: Desk) -> Mapping[str, Any]:
    """The lead of the request, as far as the visitor's scope goes.

    Raises
    ------
    NotFoundError: there is none, or it is another's.
    """
    lead_id = asked.form.get("id") or asked.text("id")
    row = find_lead(desk.engine, lead_id, asked.visitor.scope, desk.now)
    if row is None:
        raise NotFoundError("The lead must exist and be of the visitor's scope, but is not.", code="lead_not_found")
    return row


def _score(lead_id: str, desk: Desk) -> tuple[LeadScore | None, Refusal | None]:
    """The score of this moment, and why it is screened out; neither where the lead has no features, as closed ones."""
    champion = needed(desk.champions, "win")
    values = [vector.values for vector in desk.vectors.of("leads", [lead_id], desk.now).values()]
    scores = score_vectors(champion.artefact, values, desk.settings)
    return (scores[0], _refusal(values[0], desk)) if scores else (None, None)


def _refusal(values: Mapping[str, Any], desk: Desk) -> Refusal | None:
    """The pre-screen on what the score saw, with its figures."""
    people, amount, budget = (as_number(values.get(name)) for name in ("employee_count", "expected_amount", "budget"))
    whole = [None if isnan(one) else round(one) for one in (people, 100 * amount, 100 * budget)]
    facts = LeadFacts(whole[0], whole[1], whole[2], as_category(values.get("product")))
    return prescreen(facts, desk.settings.features)


def _signing(customer_id: str | None, desk: Desk) -> SigningPermission | None:
    """Whether the lead may be shown as ready to sign, and why not; None where nobody is known to pay."""
    return may_sign(hold_of(desk.engine, desk.settings, customer_id, desk.now)) if customer_id else None


def _planned(lead_id: str, desk: Desk) -> dict[str, Any] | None:
    """step_hours and fits_this_week, as the board has them; None where the lead is newer than the board."""
    table = desk.board().table
    rows = table.loc[table["lead_id"] == lead_id, ["step_hours", "fits_this_week"]]
    return {str(key): value for key, value in rows.iloc[0].items()} if len(rows) else None


def _stage(touches: list[Any], desk: Desk) -> str:
    """The stage of the last event that names one of ours; the first stage where none does."""
    names = [stage.name for stage in desk.settings.funnel.stages]
    entered = [touch.text.partition(":")[0] for touch in touches if touch.kind == "stage_event" and touch.text]
    return next((stage for stage in reversed(entered) if stage in names), names[0])
