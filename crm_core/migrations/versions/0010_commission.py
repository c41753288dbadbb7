"""The commission ledger: append-only journals in cents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEYS = {  # what names a row of each table that is only ever added to
    "commission_plans": ("version",),
    "commission_journals": ("journal_id",),
    "commission_lines": ("journal_id", "line"),
    "deal_shares": ("order_id", "recorded_at", "rep_id"),
    "mentorships": ("rep_id", "from_on", "recorded_at"),
}


def upgrade() -> None:
    _ledger()
    _agreements()
    is_postgres = op.get_bind().dialect.name == "postgresql"
    for statement in _postgres() if is_postgres else _sqlite():
        op.execute(sa.text(statement.replace(":", r"\:")))


def _ledger() -> None:
    op.create_table(
        "commission_plans",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_commission_plans")),
    )
    op.create_table(
        "commission_journals",
        sa.Column("journal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("payment_id", sa.Text(), nullable=True),
        sa.Column("counted_cents", sa.BigInteger(), nullable=False),
        sa.Column("earned_month", sa.Text(), nullable=True),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("plan_version", sa.Text(), nullable=True),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("journal_id", name=op.f("pk_commission_journals")),
        sa.UniqueConstraint("source", "sequence", name="uq_commission_journals_source_sequence"),
    )
    op.create_index("ix_commission_journals_order_id", "commission_journals", ["order_id"], unique=False)
    op.create_table(
        "commission_lines",
        sa.Column("journal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("rep_id", sa.Text(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("journal_id", "line", name=op.f("pk_commission_lines")),
        sa.ForeignKeyConstraint(
            ["journal_id"],
            ["commission_journals.journal_id"],
            name="fk_commission_lines_journal_id",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    op.create_index("ix_commission_lines_rep_id", "commission_lines", ["rep_id"], unique=False)


def _agreements() -> None:
    op.create_table(
        "deal_shares",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rep_id", sa.Text(), nullable=False),
        sa.Column("share_bp", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "recorded_at", "rep_id", name=op.f("pk_deal_shares")),
    )
    op.create_table(
        "mentorships",
        sa.Column("rep_id", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mentor_id", sa.Text(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("rep_id", "from_on", "recorded_at", name=op.f("pk_mentorships")),
    )


UNBALANCED = (
    "SELECT 1 FROM commission_lines WHERE journal_id = NEW.journal_id GROUP BY currency HAVING SUM(amount_cents) <> 0"
)
LINES = "SELECT 1 FROM commission_lines WHERE journal_id = NEW.journal_id"
SEALED = "SELECT 1 FROM commission_journals WHERE journal_id = NEW.journal_id"
SEAL_RULE = "The lines of a journal must exist and sum to zero in each currency."
SEALED_RULE = "A journal must stay as it is once it is written: no line is added to it."


def _sqlite() -> list[str]:
    statements = []
    for table, key in KEYS.items():
        for verb in ("UPDATE", "DELETE"):
            rule = f"Rows of {table} must stay as they are: {verb} is refused."
            statements.append(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{rule}'); END"
            )
        # INSERT OR REPLACE deletes without firing DELETE's trigger.
        same = f"SELECT 1 FROM {table} WHERE " + " AND ".join(f"{column} = NEW.{column}" for column in key)
        if table == "commission_journals":
            same += " OR (source = NEW.source AND sequence = NEW.sequence)"
        rule = f"Rows of {table} must stay as they are: UNIQUE key written twice."
        statements.append(_sqlite_refusal(f"{table}_no_replace", table, f"EXISTS ({same})", rule))
    seal = f"NOT EXISTS ({LINES}) OR EXISTS ({UNBALANCED})"
    statements.append(_sqlite_refusal("commission_journals_seal", "commission_journals", seal, SEAL_RULE))
    statements.append(_sqlite_refusal("commission_lines_sealed", "commission_lines", f"EXISTS ({SEALED})", SEALED_RULE))
    return statements


def _sqlite_refusal(name: str, table: str, when: str, rule: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{rule}'); END"


def _postgres() -> list[str]:
    statements = [
        _function(
            "refuse_change",
            "RAISE EXCEPTION 'Rows of % must stay as they are: % is refused.', TG_TABLE_NAME, TG_OP;",
        ),
        _function(
            "seal_commission_journal",
            f"IF NOT EXISTS ({LINES}) OR EXISTS ({UNBALANCED}) THEN RAISE EXCEPTION '{SEAL_RULE}'; END IF; RETURN NEW;",
        ),
        _function(
            "keep_commission_journal_sealed",
            f"IF EXISTS ({SEALED}) THEN RAISE EXCEPTION '{SEALED_RULE}'; END IF; RETURN NEW;",
        ),
        "CREATE TRIGGER commission_journals_seal BEFORE INSERT ON commission_journals "
        "FOR EACH ROW EXECUTE FUNCTION seal_commission_journal()",
        "CREATE TRIGGER commission_lines_sealed BEFORE INSERT ON commission_lines "
        "FOR EACH ROW EXECUTE FUNCTION keep_commission_journal_sealed()",
    ]
    for table in KEYS:
        for verb, grain in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            statements.append(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"FOR EACH {grain} EXECUTE FUNCTION refuse_change()"
            )
    return statements


def _function(name: str, body: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
