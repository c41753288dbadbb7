"""A person's own number beside the model's score of a lead, with the reason."""

from __future__ import annotations

import math
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from crm_core.overrides import Override, record_override
from serving.errors import UnprocessableError
from serving.pages.desk import Desk
from serving.pages.lead import own_lead
from serving.pages.page_request import PageRequest

TAKE_BACK = "take_back"


def override_lead(asked: PageRequest, desk: Desk) -> Response:
    """POST /lead/override: keeps it with the audit log; `take_back` takes it back."""
    lead_id, visitor = str(own_lead(asked, desk)["lead_id"]), asked.visitor
    is_back = asked.form.get("action") == TAKE_BACK
    value = None if is_back else _share(asked.form.get("percent", ""))
    reason = asked.form.get("reason", "").strip()
    record_override(desk.engine, Override(lead_id, value, reason, visitor.name, desk.now), visitor.scope)
    return RedirectResponse(f"/lead?id={quote(lead_id, safe='')}#override", status_code=303)


def _share(text: str) -> float:
    """A percentage as a share.

    >>> _share(" 37.5 ")
    0.375
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 100:
        raise UnprocessableError(f"The probability must be a percentage from 0 to 100, but got {text[:20]!r}.")
    return value / 100
