"""Customers: tiers as a flow, who may move or leave, who is due for contact, tags, and a list to search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from crm_core.lookup.customers import customer_names, customer_scores, find_customers, own_customers
from crm_core.rfm.due import DueContact, due_contacts
from crm_core.rfm.history import tiers_at
from crm_core.rfm.rule import TIER_NAMES, TIERS
from crm_core.tags.history import tags_at
from serving.pages.charts.sankey import sankey
from serving.pages.desk import Desk
from serving.pages.figures import OwnFigures
from serving.pages.lead_filter import MAX_PAGE
from serving.pages.page_request import PageRequest
from serving.pages.templating import render

FLOW_DAYS = 90
FLOW = timedelta(days=FLOW_DAYS)
ROWS_SHOWN = 15
NEW = "new"  # had no tier yet
Scores = dict[str, Mapping[str, Any]]
Own = frozenset[str] | None  # customers of the visitor; None: everybody's


def customers(asked: PageRequest, desk: Desk) -> Response:
    """GET /customers."""
    visitor, search, page = asked.visitor, asked.text("q"), asked.number("page", 1, 1, MAX_PAGE)
    size = desk.settings.pages.page_rows
    found, total = find_customers(desk.engine, visitor.scope, search, size, (page - 1) * size)
    own = own_customers(desk.engine, visitor.scope)
    figures = desk.figures(visitor.scope)
    flows, scores, due = tier_flows(desk, figures, own), _scores(desk, figures, own), _due(desk, figures, own)
    risky = sorted(scores.items(), key=lambda pair: -(pair[1].get("value_at_risk") or 0))[:ROWS_SHOWN]
    names = customer_names(desk.engine, [one.customer_id for one in due[:ROWS_SHOWN]] + [key for key, _ in risky])
    standing = {key: tier for (_, tier), keys in flows.items() for key in keys}
    return render(
        "customers.html", visitor, "/customers", show=desk.formats(visitor), as_of=figures.as_of, search=search,
        page=page, found=found, total=total, pages=max(1, -(-total // size)), first=(page - 1) * size,
        flow_days=FLOW_DAYS, picture=_picture(flows), tier_names=tier_names(visitor.language), standing=standing,
        per_tier=Counter(standing.values()), tiers=TIERS[::-1], risky=risky, names=names, due=due[:ROWS_SHOWN],
        count_due=len(due), count_barred=sum(not one.means.proposed for one in due),
        known_means=desk.settings.service_plan.consent.means,
        tags=_tag_counts(desk, figures, own), rules=desk.settings.tags.tags,
    )  # fmt: skip


def tier_names(language: str) -> dict[str, str]:
    """Name of each tier in a language."""
    return {tier: names[1 if language == "zh" else 0] for tier, names in TIER_NAMES.items()}


def tier_flows(desk: Desk, figures: OwnFigures, own: Own) -> dict[tuple[str, str], list[str]]:
    """(tier before, or NEW; tier now) -> customers, of those that have a tier now."""
    now, then = figures.everybodys(("tiers",), lambda as_of: (_tiers(desk, as_of), _tiers(desk, as_of - FLOW)))
    flows: dict[tuple[str, str], list[str]] = {}
    for customer_id, tier in now.items():
        if own is None or customer_id in own:
            flows.setdefault((then.get(customer_id, NEW), tier), []).append(customer_id)
    return flows


def _tiers(desk: Desk, at: datetime) -> dict[str, str]:
    return {move.customer_id: move.tier for move in tiers_at(desk.engine, at)}


def _picture(flows: dict[tuple[str, str], list[str]]) -> Any:
    """None where there is nothing to compare: nobody had a tier so long ago."""
    if all(before == NEW for before, _ in flows):
        return None
    counts = {pair: len(keys) for pair, keys in flows.items()}
    top_down = TIERS[::-1]
    return sankey(counts, [name for name in (*top_down, NEW) if any(a == name for a, _ in counts)], list(top_down))


def _scores(desk: Desk, figures: OwnFigures, own: Own) -> Scores:
    found = figures.everybodys(("customer scores",), lambda as_of: customer_scores(desk.engine, as_of))
    return {key: score for key, score in found.items() if own is None or key in own}


def _due(desk: Desk, figures: OwnFigures, own: Own) -> list[DueContact]:
    found = figures.everybodys(("due",), lambda as_of: due_contacts(desk.engine, desk.settings, as_of))
    return [one for one in found if own is None or one.customer_id in own]


def _tag_counts(desk: Desk, figures: OwnFigures, own: Own) -> list[tuple[str, int]]:
    """(tag, customers that have it), most frequent first."""
    held = figures.everybodys(("tags",), lambda as_of: tags_at(desk.engine, desk.settings.tags, as_of))
    return Counter(change.tag for change in held if own is None or change.customer_id in own).most_common()
