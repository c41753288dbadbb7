"""How figures are written: the same everywhere, in the language of the page, a dash where there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from scoring.units import symbol_of

NONE = "–"
_STEPS = {"zh": ((1e8, "亿"), (1e4, "万")), "en": ((1e9, "bn"), (1e6, "m"), (1e3, "k"))}


@dataclass(frozen=True)
class Formats:
    """Formats of one language, zone and currency.

    >>> show = Formats("en", ZoneInfo("Asia/Shanghai"), "CNY")
    >>> show.percent(0.1234), show.change(-0.034), show.money(1234567), show.short_money(1_234_567_00), show.count(None)
    ('12%', '−3%', '¥12,345.67', '¥1.23m', '–')
    """

    language: str
    zone: ZoneInfo
    currency: str

    def of(self, currency: str) -> Formats:
        """The same with amounts of another currency."""
        return replace(self, currency=currency)

    def count(self, value: Any) -> str:
        """A whole number."""
        return NONE if _is_none(value) else f"{value:,.0f}".replace("-", "−")

    def number(self, value: Any, digits: int = 1) -> str:
        """A number with decimals."""
        return NONE if _is_none(value) else f"{value:,.{digits}f}".replace("-", "−")

    def percent(self, share: Any, digits: int = 0) -> str:
        """A share as a percentage; a small one that is not zero does not read as none."""
        if _is_none(share):
            return NONE
        rounded = f"{100 * share:.{digits}f}"
        if share > 0 and float(rounded) == 0:
            return "<1%"
        return f"{rounded}%".replace("-", "−")

    def hours(self, value: Any) -> str:
        """Hours with at most one decimal."""
        unit = "小时" if self.language == "zh" else "h"
        return NONE if _is_none(value) else f"{value:,.1f}".removesuffix(".0") + f" {unit}"

    def change(self, share: Any) -> str:
        """A relative change with its sign."""
        return NONE if _is_none(share) else f"{100 * share:+.0f}%".replace("-", "−")

    def points(self, change: Any) -> str:
        """A difference of shares in percentage points with its sign."""
        return NONE if _is_none(change) else f"{100 * change:+.1f}".replace("-", "−")

    def money(self, cents: Any) -> str:
        """An amount in full."""
        return NONE if _is_none(cents) else self._signed(cents / 100, lambda amount: f"{amount:,.2f}")

    def short_money(self, cents: Any) -> str:
        """An amount at a glance, with three figures."""
        return NONE if _is_none(cents) else self._signed(cents / 100, self._short)

    def worth(self, amount: Any) -> str:
        """An amount in currency units at a glance."""
        return NONE if _is_none(amount) else self._signed(amount, self._short)

    def day(self, moment: Any) -> str:
        """The date of a moment in the zone, or of a date."""
        if _is_none(moment):
            return NONE
        return f"{moment.astimezone(self.zone) if isinstance(moment, datetime) else moment:%Y-%m-%d}"

    def moment(self, moment: Any) -> str:
        """Date and time in the zone."""
        return NONE if _is_none(moment) else f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M}"

    def today(self, now: datetime) -> date:
        """The date in the zone."""
        return now.astimezone(self.zone).date()

    def midnight(self, now: datetime) -> datetime:
        """When the day of `now` began in the zone."""
        local = now.astimezone(self.zone)
        return local.replace(hour=0, minute=0, second=0, microsecond=0)

    def _short(self, amount: float) -> str:
        for step, word in _STEPS[self.language]:
            if amount >= step * 0.9995:
                return f"{_three(amount / step)}{word}"
        return f"{amount:,.0f}"

    def _signed(self, amount: float, written: Any) -> str:
        return f"{'−' if amount < 0 else ''}{symbol_of(self.currency)}{written(abs(float(amount)))}"


def _three(value: float) -> str:
    """Three figures: 1.23, 12.3, 123 and above."""
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:,.{digits}f}"


def _is_none(value: Any) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value)) or value != value  # noqa: PLR0124 (NaT)
