from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base


class CommissionLine(Base):
    """One row per line of a journal: an amount in integer cents on an account.

    Invariants: rows are only added, and only before their journal (triggers refuse the rest). `account` is `expense`
    (debit, what commission costs; neither rep nor rule) or `payable` (credit, what a rep is owed, hence negative). The
    lines of a journal sum to zero in each currency.
    """

    __tablename__ = "commission_lines"
    __table_args__ = (Index("ix_commission_lines_rep_id", "rep_id"),)

    journal_id: Mapped[int] = mapped_column(
        ForeignKey(
            "commission_journals.journal_id",
            name="fk_commission_lines_journal_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        primary_key=True,
        autoincrement=False,
    )
    line: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    account: Mapped[str] = mapped_column(Text)
    rep_id: Mapped[str | None] = mapped_column(Text)
    rule: Mapped[str | None] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
