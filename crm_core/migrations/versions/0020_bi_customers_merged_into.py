"""`bi_customers.merged_into` names the customer that remains.

Until now it named the other end of the customer's own last merge: one that was itself merged further on, and nothing
for a customer that moved along with one merged into it. `customer_aliases` knows where each customer stands.
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":  # replaced in place, so that what was granted on it stays
        connection.exec_driver_sql(f"CREATE OR REPLACE VIEW bi_customers AS {_CUSTOMERS}")
    else:
        connection.exec_driver_sql("DROP VIEW bi_customers")
        connection.exec_driver_sql(f"CREATE VIEW bi_customers AS {_CUSTOMERS}")


_CUSTOMERS = """
WITH bought AS (
    SELECT customer_id, COUNT(*) AS count_orders, SUM(amount_cents) AS cents, MIN(ordered_at) AS first_at,
           MAX(ordered_at) AS last_at FROM orders GROUP BY customer_id
),
alias AS (
    SELECT customer_id, golden_id, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY change_seq DESC) AS age
    FROM customer_aliases
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
SELECT c.customer_id, NULLIF(a.golden_id, c.customer_id) AS merged_into, c.created_at, c.industry, c.region,
       c.employee_count,
       ROUND(c.annual_revenue_cents / 100.0, 2) AS annual_revenue, COALESCE(b.count_orders, 0) AS count_orders,
       ROUND(COALESCE(b.cents, 0) / 100.0, 2) AS ordered_amount, b.first_at AS first_ordered_at,
       b.last_at AS last_ordered_at, t.tier, t.since AS tier_since, s.churn_probability, s.p_up, s.p_stay, s.p_down,
       s.value_at_risk, s.scored_at
FROM customers c LEFT JOIN bought b ON b.customer_id = c.customer_id
LEFT JOIN alias a ON a.customer_id = c.customer_id AND a.age = 1
LEFT JOIN tier t ON t.customer_id = c.customer_id AND t.age = 1
LEFT JOIN told s ON s.entity_id = c.customer_id AND s.age = 1
"""
