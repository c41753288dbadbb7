"""Commission: a rep's month with the arithmetic of every entry, and what the open deals may bring."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import Response

from crm_core.access import Scope
from crm_core.commission.statement import Statement, check_month, commission_statement
from serving.pages.desk import Desk
from serving.pages.own_rep import asked_rep
from serving.pages.page_request import PageRequest
from serving.pages.templating import render

MONTHS = 12


def commission(asked: PageRequest, desk: Desk) -> Response:
    """GET /commission."""
    visitor, (rep, reps) = asked.visitor, asked_rep(asked, desk)
    months = last_months(desk.now, desk.settings.intake.timezone)
    period = asked.text("period") or months[0]
    check_month(period)
    statement = _statement(desk, visitor.scope, rep.rep_id, period) if rep else None
    return render(
        "commission.html", visitor, "/commission", show=desk.formats(visitor), rep=rep, reps=reps, period=period,
        months=months if period in months else [period, *months], statement=statement,
        open_worth=_open_worth(desk, rep.rep_id) if rep else None, first_rate=_first_rate(desk),
    )  # fmt: skip


def last_months(now: datetime, zone: str) -> list[str]:
    """The month under way and those before it, as YYYY-MM."""
    first = now.astimezone(ZoneInfo(zone)).replace(day=1)
    months = []
    for _ in range(MONTHS):
        months.append(f"{first:%Y-%m}")
        first = (first - timedelta(days=1)).replace(day=1)
    return months


def _statement(desk: Desk, scope: Scope, rep_id: str, period: str) -> Statement:
    return desk.figures(scope).everybodys(
        ("commission", rep_id, period),
        lambda as_of: commission_statement(desk.engine, desk.settings, rep_id, period, as_of),
    )


def _open_worth(desk: Desk, rep_id: str) -> float | None:
    """Sum of the expected values of the rep's open leads, in currency units; None where nothing is scored."""
    if desk.champions.get("win") is None:
        return None
    table = desk.board().table
    return float(table.loc[table["rep_id"] == rep_id, "expected_value"].fillna(0).astype(float).sum())


def _first_rate(desk: Desk) -> float | None:
    """The share that a customer's first order earns by the plan in force; None where there is no plan."""
    today = desk.now.astimezone(ZoneInfo(desk.settings.intake.timezone)).date()
    plans = [plan for plan in desk.settings.commission.plans if plan.valid_from <= today]
    last = max(plans, key=lambda plan: plan.valid_from, default=None)
    return float(last.order_rates[0].rate) if last else None
