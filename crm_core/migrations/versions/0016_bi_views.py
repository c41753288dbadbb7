"""Read-only views for BI tools, and the table that tells them the order of the stages.

The views are part of the contract (docs/bi.md): a later migration may add columns at the end, and makes a view anew
when it changes a table below. They hold no name, phone number or e-mail address of a customer or contact, no attribute
(a custom field may hold anything), no summary of a talk, and nothing of commission.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "funnel_stages",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_funnel_stages")),
    )
    is_postgres = op.get_bind().dialect.name == "postgresql"
    for name, query in VIEWS.items():
        op.get_bind().exec_driver_sql(f"CREATE VIEW {name} AS {_in_dialect(query, is_postgres)}")


def _in_dialect(query: str, is_postgres: bool) -> str:
    """`DAYS(a, b)`: days from a to b; `FIGURE(column.key)`, `WORD(column.key)`: a value of a JSON column."""
    for name in ("DAYS", "FIGURE", "WORD"):
        while (start := query.find(f"{name}(")) >= 0:
            end = query.index(")", start)
            inner = query[start + len(name) + 1 : end]
            query = query[:start] + (_POSTGRES if is_postgres else _SQLITE)[name](inner) + query[end + 1 :]
    return query


def _pair(inner: str, mark: str) -> tuple[str, str]:
    first, second = inner.split(mark)
    return first.strip(), second.strip()


def _postgres_days(inner: str) -> str:
    start, end = _pair(inner, ",")
    return f"CAST(EXTRACT(EPOCH FROM {end} - {start}) / 86400 AS double precision)"


def _sqlite_days(inner: str) -> str:
    start, end = _pair(inner, ",")
    return f"(julianday({end}) - julianday({start}))"


def _postgres_word(inner: str) -> str:
    column, key = _pair(inner, ":")
    return f"({column} ->> '{key}')"


def _sqlite_word(inner: str) -> str:
    column, key = _pair(inner, ":")
    return f"json_extract({column}, '$.{key}')"


_POSTGRES = {
    "DAYS": _postgres_days,
    "WORD": _postgres_word,
    "FIGURE": lambda inner: f"CAST({_postgres_word(inner)} AS double precision)",
}
_SQLITE = {"DAYS": _sqlite_days, "WORD": _sqlite_word, "FIGURE": _sqlite_word}

_STAYS = """
WITH events AS (
    SELECT e.lead_id, s.place, e.entered_at, e.reason,
           LAG(s.place) OVER w AS place_before, ROW_NUMBER() OVER w AS nth
    FROM stage_events e JOIN funnel_stages s ON s.name = e.stage
    WINDOW w AS (PARTITION BY e.lead_id ORDER BY e.entered_at, s.place, e.recorded_at, e.change_seq)
),
known_leads AS (
    SELECT lead_id, created_at FROM leads
    UNION ALL
    SELECT e.lead_id, MIN(e.entered_at) FROM stage_events e
    WHERE NOT EXISTS (SELECT 1 FROM leads l WHERE l.lead_id = e.lead_id) GROUP BY e.lead_id
),
entries AS (
    SELECT lead_id, place, entered_at, reason, nth, 0 AS is_implied FROM events
    WHERE place_before IS NULL OR place_before <> place
    UNION ALL
    SELECT l.lead_id, 0, CASE WHEN e.entered_at < l.created_at THEN e.entered_at ELSE l.created_at END, NULL, 0, 1
    FROM known_leads l LEFT JOIN events e ON e.lead_id = l.lead_id AND e.nth = 1
    WHERE e.place IS NULL OR e.place <> 0
),
linked AS (
    SELECT lead_id, place, entered_at, reason, is_implied, nth,
           LEAD(entered_at) OVER w AS left_at, LEAD(place) OVER w AS next_place
    FROM entries WINDOW w AS (PARTITION BY lead_id ORDER BY nth)
)
SELECT k.lead_id, k.nth AS stay_number, s.name AS stage, s.place AS stage_place, s.en AS stage_en, s.zh AS stage_zh,
       s.outcome, k.entered_at, k.left_at, n.name AS next_stage,
       CASE WHEN k.next_place IS NULL THEN NULL
            WHEN k.next_place > k.place AND COALESCE(n.outcome, '') <> 'lost' AND COALESCE(s.outcome, '') <> 'lost'
            THEN 1 ELSE 0 END AS is_forward,
       DAYS(k.entered_at, k.left_at) AS dwell_days, k.reason AS entry_reason, k.is_implied
FROM linked k JOIN funnel_stages s ON s.place = k.place LEFT JOIN funnel_stages n ON n.place = k.next_place
"""

_SCORES = """
SELECT 'feed' AS source, f.entity, f.entity_id, f.at AS scored_at, NULL AS model_name, NULL AS model_version,
       FIGURE(f.body:win_probability) AS win_probability, WORD(f.body:grade) AS grade,
       FIGURE(f.body:expected_value) AS expected_value, FIGURE(f.body:size_fit) AS size_fit,
       FIGURE(f.body:churn_probability) AS churn_probability, FIGURE(f.body:p_up) AS p_up,
       FIGURE(f.body:p_stay) AS p_stay, FIGURE(f.body:p_down) AS p_down, FIGURE(f.body:value_at_risk) AS value_at_risk
FROM feed_changes f WHERE f.kind = 'score'
UNION ALL
SELECT 'receipt', p.entity, p.entity_id, p.scored_at, p.model_name, p.model_version,
       FIGURE(p.scores:win_probability), WORD(p.scores:grade), FIGURE(p.scores:expected_value),
       FIGURE(p.scores:size_fit),
       FIGURE(p.scores:churn_probability), FIGURE(p.scores:p_up), FIGURE(p.scores:p_stay), FIGURE(p.scores:p_down),
       FIGURE(p.scores:value_at_risk)
FROM predictions p
"""

_LEADS = """
WITH standing AS (SELECT * FROM bi_funnel_stays WHERE left_at IS NULL),
told AS (
    SELECT entity_id, scored_at, win_probability, grade, expected_value,
           ROW_NUMBER() OVER (PARTITION BY entity_id ORDER BY scored_at DESC, source) AS age
    FROM bi_scores WHERE entity = 'lead'
)
SELECT l.lead_id, l.created_at, l.customer_id, l.channel_id, c.name AS channel, l.campaign, l.product, l.industry,
       l.region,
       l.employee_count, ROUND(l.expected_amount_cents / 100.0, 2) AS expected_amount,
       ROUND(l.budget_cents / 100.0, 2) AS budget, l.rep_id, r.team, s.stage, s.stage_place,
       s.entered_at AS stage_entered_at, s.outcome, CASE WHEN s.outcome IS NULL THEN 1 ELSE 0 END AS is_open,
       t.win_probability, t.grade, t.expected_value, t.scored_at
FROM leads l LEFT JOIN channels c ON c.channel_id = l.channel_id LEFT JOIN reps r ON r.rep_id = l.rep_id
LEFT JOIN standing s ON s.lead_id = l.lead_id LEFT JOIN told t ON t.entity_id = l.lead_id AND t.age = 1
"""

_CUSTOMERS = """
WITH bought AS (
    SELECT customer_id, COUNT(*) AS count_orders, SUM(amount_cents) AS cents, MIN(ordered_at) AS first_at,
           MAX(ordered_at) AS last_at FROM orders GROUP BY customer_id
),
merged AS (
    SELECT from_id, MAX(merge_id) AS merge_id FROM customer_merges WHERE undone_at IS NULL GROUP BY from_id
),
tier AS (
    SELECT customer_id, tier, since, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY since DESC) AS age
    FROM customer_tiers
),
told AS (
    SELECT entity_id, scored_at, churn_probability, p_up, p_stay, p_down, value_at_risk,
           ROW_NUMBER() OVER (PARTITION BY entity_id ORDER BY scored_at DESC, source) AS age
    FROM bi_scores WHERE entity = 'customer' AND churn_probability IS NOT NULL
)
SELECT c.customer_id, m.into_id AS merged_into, c.created_at, c.industry, c.region, c.employee_count,
       ROUND(c.annual_revenue_cents / 100.0, 2) AS annual_revenue, COALESCE(b.count_orders, 0) AS count_orders,
       ROUND(COALESCE(b.cents, 0) / 100.0, 2) AS ordered_amount, b.first_at AS first_ordered_at,
       b.last_at AS last_ordered_at, t.tier, t.since AS tier_since, s.churn_probability, s.p_up, s.p_stay, s.p_down,
       s.value_at_risk, s.scored_at
FROM customers c LEFT JOIN bought b ON b.customer_id = c.customer_id
LEFT JOIN merged g ON g.from_id = c.customer_id LEFT JOIN customer_merges m ON m.merge_id = g.merge_id
LEFT JOIN tier t ON t.customer_id = c.customer_id AND t.age = 1
LEFT JOIN told s ON s.entity_id = c.customer_id AND s.age = 1
"""

_TIERS = """
SELECT customer_id, tier, since, LEAD(since) OVER w AS until, LAG(tier) OVER w AS tier_before, recency_days, frequency,
       ROUND(monetary_cents / 100.0, 2) AS monetary, rule_version
FROM customer_tiers WINDOW w AS (PARTITION BY customer_id ORDER BY since)
"""

_TAGS = """
SELECT customer_id, tag, since FROM (
    SELECT customer_id, tag, since, is_held,
           ROW_NUMBER() OVER (PARTITION BY customer_id, tag ORDER BY since DESC) AS age FROM customer_tags
) AS moves WHERE age = 1 AND is_held
"""

_ORDERS = """
SELECT o.order_id, o.customer_id, o.lead_id, o.rep_id, r.team, o.ordered_at, ROUND(o.amount_cents / 100.0, 2) AS amount,
       o.category, o.discount_rate, o.quantity, ROUND(COALESCE(p.cents, 0) / 100.0, 2) AS paid_amount,
       p.last_at AS last_paid_at
FROM orders o LEFT JOIN reps r ON r.rep_id = o.rep_id LEFT JOIN (
    SELECT order_id, SUM(amount_cents) AS cents, MAX(paid_at) AS last_at FROM payments WHERE status = 'confirmed'
    GROUP BY order_id
) AS p ON p.order_id = o.order_id
"""

_ACTIVITIES = """
SELECT activity_id, occurred_at, kind, source, lead_id, customer_id, rep_id, direction, duration_seconds,
       CASE WHEN is_effective THEN 1 WHEN is_effective IS NULL THEN NULL ELSE 0 END AS is_effective
FROM activities
"""

VIEWS = {
    "bi_stages": """
        SELECT name AS stage, place AS stage_place, en AS stage_en, zh AS stage_zh, outcome FROM funnel_stages""",
    "bi_channels": "SELECT channel_id, name AS channel, kind FROM channels",
    "bi_channel_spend": """
        SELECT channel_id, spent_on, ROUND(amount_cents / 100.0, 2) AS amount, currency FROM channel_spend""",
    "bi_reps": """
        SELECT rep_id, name AS rep, team, manager_id, hired_on, weekly_capacity_hours,
               CASE WHEN active THEN 1 ELSE 0 END AS is_active FROM reps""",
    "bi_funnel_stays": _STAYS,
    "bi_scores": _SCORES,
    "bi_leads": _LEADS,
    "bi_customers": _CUSTOMERS,
    "bi_tiers": _TIERS,
    "bi_tags": _TAGS,
    "bi_orders": _ORDERS,
    "bi_activities": _ACTIVITIES,
    "bi_findings": "SELECT rule, subject, found_at, en, zh FROM findings",
}
