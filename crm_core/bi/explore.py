"""Tables for free exploration: the views with names in the reader's language, as far as a caller's scope goes.

What is another's is left out in the SQL, as everywhere (crm_core.access.ownership). Columns are named by key; a page
gives them their names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
from sqlalchemy import Engine, and_, column, func, or_, select, text

from crm_core.access.ownership import all_owned_customers, owned_leads
from crm_core.access.scope import Scope
from crm_core.database import read_transaction

Language = Literal["en", "zh"]

_STAGE = "(s.stage_place + 1) || ' ' || s.stage_{language}"  # numbered, so that charts sort them
_DIMENSIONS = """COALESCE(c.name, l.channel_id) AS channel, l.product, l.industry, l.region, l.campaign, r.team,
       r.name AS rep"""
_JOINS = "LEFT JOIN channels c ON c.channel_id = l.channel_id LEFT JOIN reps r ON r.rep_id = l.rep_id"

_QUERIES = {
    "leads": f"""
SELECT b.lead_id, b.created_at, {_STAGE} AS stage, COALESCE(b.outcome, 'open') AS outcome, b.is_open,
       {_DIMENSIONS}, b.employee_count, b.expected_amount, b.budget, b.win_probability, b.grade,
       b.expected_value, b.stage_entered_at
FROM bi_leads b JOIN leads l ON l.lead_id = b.lead_id LEFT JOIN bi_stages s ON s.stage = b.stage {_JOINS}""",
    "funnel": f"""
SELECT s.lead_id, {_STAGE} AS stage, s.entered_at, s.left_at, s.dwell_days, s.is_forward,
       CASE WHEN s.left_at IS NULL THEN 1 ELSE 0 END AS is_standing, {_DIMENSIONS}
FROM bi_funnel_stays s LEFT JOIN leads l ON l.lead_id = s.lead_id {_JOINS}""",
    "customers": """
SELECT customer_id, created_at, industry, region, employee_count, annual_revenue, count_orders, ordered_amount,
       last_ordered_at, tier, tier_since, churn_probability, p_up, p_stay, p_down, value_at_risk
FROM bi_customers WHERE merged_into IS NULL""",
    "scores": f"""
SELECT b.entity, b.entity_id, b.scored_at, b.source, b.model_version, b.win_probability, b.grade, b.expected_value,
       b.size_fit, b.churn_probability, b.p_up, b.p_stay, b.p_down, b.value_at_risk, {_DIMENSIONS}
FROM bi_scores b LEFT JOIN leads l ON b.entity = 'lead' AND l.lead_id = b.entity_id {_JOINS}""",
}
_ALL = "count_all"
NEWEST = {"leads": "created_at", "funnel": "entered_at", "customers": "created_at", "scores": "scored_at"}
TABLES = tuple(_QUERIES)
MOMENTS = frozenset(
    {"created_at", "entered_at", "left_at", "stage_entered_at", "last_ordered_at", "tier_since", "scored_at"}
)
WORDS = frozenset(
    {"lead_id", "customer_id", "entity", "entity_id", "stage", "outcome", "channel", "product", "industry", "region",
     "campaign", "team", "rep", "grade", "tier", "source", "model_version"}
)  # fmt: skip


@dataclass(frozen=True)
class Explored:
    """The newest rows of a table: moments in UTC, numbers as floats, words as text; `count_all`: rows there are."""

    frame: pd.DataFrame
    count_all: int


def explore(engine: Engine, table: str, scope: Scope, language: Language, limit: int) -> Explored:
    """The newest rows of a table that the scope sees.

    Raises
    ------
    KeyError: there is no such table. DatabaseError: the database cannot be read.
    """
    mine = text(_QUERIES[table].replace("{language}", language)).columns(*_columns(table)).subquery("mine")
    rows = select(mine, func.count().over().label(_ALL)).where(*_owned(table, mine, scope))
    newest = mine.c[NEWEST[table]]
    with read_transaction(engine) as connection:
        found = connection.execute(rows.order_by(newest.is_(None), newest.desc()).limit(limit))
        frame = pd.DataFrame(found.all(), columns=list(found.keys()))
    counts = frame.pop(_ALL)
    return Explored(_typed(frame), int(counts.iloc[0]) if len(counts) else 0)


def column_names(table: str) -> list[str]:
    """The columns of a table by key, in order."""
    head = _QUERIES[table].split("FROM bi_")[0].replace("SELECT", "")
    return [part.split(" AS ")[-1].strip().split(".")[-1] for part in _split(head)]


def _split(columns: str) -> list[str]:
    """Parts at commas that stand in no bracket."""
    parts, depth = [""], 0
    for letter in columns:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def _columns(table: str) -> list[Any]:
    return [column(name) for name in column_names(table)]


def _owned(table: str, mine: Any, scope: Scope) -> list[Any]:
    if scope.is_everybody:
        return []
    leads, customers = owned_leads(scope), all_owned_customers(scope)
    if table == "customers":
        return [mine.c.customer_id.in_(customers)]
    if table == "scores":
        of_leads = and_(mine.c.entity == "lead", mine.c.entity_id.in_(leads))
        return [or_(of_leads, and_(mine.c.entity == "customer", mine.c.entity_id.in_(customers)))]
    return [mine.c.lead_id.in_(leads)]


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """The same types whichever database, and however few rows there are."""
    typed: dict[str, Any] = {}
    for name in frame.columns:
        if name in MOMENTS:
            typed[name] = pd.to_datetime(frame[name], utc=True, format="ISO8601").dt.tz_localize(None)
        elif name in WORDS:
            typed[name] = frame[name].astype("string")
        else:
            typed[name] = pd.to_numeric(frame[name]).astype("float64")
    return pd.DataFrame(typed, columns=frame.columns)
