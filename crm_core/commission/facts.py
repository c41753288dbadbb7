"""What the rules of commission are functions of. Money in integer cents, moments aware in UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class OrderFact:
    """An order. `was_positive`: some earlier version of it had a positive amount."""

    order_id: str
    customer_id: str
    ordered_at: datetime
    amount_cents: int
    rep_id: str | None
    currency: str
    was_positive: bool = False

    @property
    def is_purchase(self) -> bool:
        """Whether something was bought: it has a number, and a payment for it earns."""
        return self.amount_cents > 0

    @property
    def is_credit_note(self) -> bool:
        """Whether it was negative from the start; a purchase that turned negative is a cancelled one."""
        return self.amount_cents < 0 and not self.was_positive


@dataclass(frozen=True, slots=True)
class PaymentFact:
    """A payment. `was_confirmed`: some earlier version of it was confirmed."""

    payment_id: str
    order_id: str
    amount_cents: int
    paid_at: datetime
    is_confirmed: bool
    was_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class MentorFact:
    """From `from_on` to `to_on` (both included; None: still) the rep has this mentor."""

    rep_id: str
    mentor_id: str
    from_on: date
    to_on: date | None
    recorded_at: datetime


@dataclass(frozen=True)
class Facts:
    """All that is known at a moment. `shares`: order -> rep -> basis points; `visits`: (rep, month, kind) -> count of
    effective activities; `zone`: where days and months begin.
    """

    orders: Mapping[str, OrderFact]
    payments: Sequence[PaymentFact]
    zone: ZoneInfo
    shares: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    mentors: Mapping[str, Sequence[MentorFact]] = field(default_factory=dict)
    visits: Mapping[tuple[str, str, str], int] = field(default_factory=dict)

    def day_of(self, moment: datetime) -> date:
        """The calendar day of a moment."""
        return moment.astimezone(self.zone).date()

    def month_of(self, moment: datetime) -> str:
        """The month (YYYY-MM) of a moment."""
        return moment.astimezone(self.zone).strftime("%Y-%m")
