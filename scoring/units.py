"""Values as a person would write them, in English and Chinese."""

from __future__ import annotations

# unit -> (factor, English suffix, Chinese suffix)
UNITS: dict[str, tuple[float, str, str]] = {
    "cents": (0.01, "", ""), "share": (100, " %", "%"), "rate": (100, " %", "%"), "ratio": (1, "", ""),
    "hours": (1, " h", " 小时"), "h": (1, " h", " 小时"), "days": (1, " d", " 天"), "d": (1, " d", " 天"),
    "minutes": (1, " min", " 分钟"), "seconds": (1, " s", " 秒"), "months": (1, " months", " 个月"),
    "count": (1, "", ""), "orders": (1, " orders", " 单"), "people": (1, " people", " 人"),
    "activities": (1, " times", " 次"), "invoices": (1, " invoices", " 张"), "moves": (1, " moves", " 次"),
    "currency": (1, "", ""), "month": (1, "", ""), "weekday": (1, "", ""), "points": (1, " points", " 分"),
    "stages": (1, "", ""), "leads": (1, " leads", " 条"),
}  # fmt: skip


SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "JP¥"}


def symbol_of(currency: str) -> str:
    """What stands before an amount; the code itself where a currency has no sign of its own.

    >>> symbol_of("CNY"), symbol_of("CHF")
    ('¥', 'CHF ')
    """
    return SYMBOLS.get(currency, f"{currency} ")


def in_unit(number: float, unit: str | None) -> tuple[str, str]:
    """A number with its unit, (English, Chinese). A unit of money may name the currency after a colon.

    >>> in_unit(9.04, "hours")
    ('9 h', '9 小时')
    >>> in_unit(1234500, "cents:CNY"), in_unit(-80, "currency:CHF")
    (('¥12,345', '¥12,345'), ('-CHF 80', '-CHF 80'))
    >>> in_unit(0.065, "share"), in_unit(1234500, "cents"), in_unit(3, None)
    (('6.5 %', '6.5%'), ('12,345', '12,345'), ('3', '3'))
    """
    kind, _, currency = (unit or "").partition(":")
    factor, en, zh = UNITS.get(kind, (1.0, f" {unit}" if unit else "", f" {unit}" if unit else ""))
    text = rounded(number * factor)
    if currency:
        text = f"-{symbol_of(currency)}{text[1:]}" if text.startswith("-") else f"{symbol_of(currency)}{text}"
    return f"{text}{en}", f"{text}{zh}"


def rounded(number: float) -> str:
    """Two figures for small numbers, whole ones with separators for large ones.

    >>> [rounded(x) for x in (1.4, 9.04, 0.01234, 25.04, 250.4, 12345.6, 2.0, 0.0)]
    ['1.4', '9', '0.012', '25', '250', '12,346', '2', '0']
    """
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}" if abs(number) >= 10 else f"{number:.2g}"


def percent(share: float) -> tuple[str, str]:
    """A share as a percentage, (English, Chinese).

    >>> percent(0.0612)
    ('6.1 %', '6.1%')
    """
    text = f"{share * 100:.0f}" if share >= 0.0995 else f"{share * 100:.2g}"
    return f"{text} %", f"{text}%"
