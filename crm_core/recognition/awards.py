"""Award the service stars of a month: once, with the ranking as it was known then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from configs.settings import Settings
from crm_core.database import read_transaction, write_transaction
from crm_core.errors import RecognitionError
from crm_core.recognition.months import month_bounds
from crm_core.recognition.points import Points, book, lock_points, points_rule_version
from crm_core.recognition.stars import Star, ranking_of, star_rule_version
from crm_core.standing import Resolve
from crm_core.tables import ServiceStar


def award_stars(
    engine: Engine, settings: Settings, month: str, as_of: datetime, resolve: Resolve | None = None
) -> list[Star]:
    """Record the ranking of a month and give the points of its places; a month that was awarded stays as it is.

    Raises
    ------
    RecognitionError: it is no month, or not over for `award_after_days`. DatabaseError: nothing is stored.
    """
    _check_over(settings, month, as_of)
    with write_transaction(engine) as connection:
        lock_points(connection)
        if there := _awarded(connection, month):
            return there
        stars = ranking_of(connection, settings, month, as_of, resolve)
        shared = {"month": month, "rule_version": star_rule_version(settings), "awarded_at": as_of}
        if stars:
            connection.execute(insert(ServiceStar), [{**asdict(star), **shared} for star in stars])
        for points in _place_points(stars, settings, month, as_of):
            book(connection, points)
        return stars


def awarded_stars(engine: Engine, month: str, as_of: datetime) -> list[Star]:
    """The ranking as it was awarded up to as_of; empty where it was not."""
    with read_transaction(engine) as connection:
        return _awarded(connection, month, ServiceStar.awarded_at <= as_of)


def star_months(engine: Engine, rep_id: str, as_of: datetime) -> dict[str, int]:
    """Month -> place, of a rep's awarded places up to as_of."""
    table = ServiceStar.__table__
    mine = (table.c.rep_id == rep_id, table.c.place.is_not(None), table.c.awarded_at <= as_of)
    with read_transaction(engine) as connection:
        rows = connection.execute(select(table.c.month, table.c.place).where(*mine).order_by(table.c.month))
        return {row.month: row.place for row in rows}


def _check_over(settings: Settings, month: str, as_of: datetime) -> None:
    _, end = month_bounds(month, settings.intake.timezone)
    days = settings.recognition.service_star.award_after_days
    if as_of < end + timedelta(days=days):
        raise RecognitionError(
            f"A month must be over for {days} days before its stars are awarded, but {month} ends {end.isoformat()}."
        )


def _awarded(connection: Connection, month: str, *conditions: Any) -> list[Star]:
    table = ServiceStar.__table__
    order = (table.c.place.is_(None), table.c.place, -table.c.shrunk_score, table.c.rep_id)
    columns = [table.c[name] for name in Star.__dataclass_fields__]
    rows = connection.execute(select(*columns).where(table.c.month == month, *conditions).order_by(*order))
    return [Star(**row) for row in rows.mappings()]


def _place_points(stars: Sequence[Star], settings: Settings, month: str, as_of: datetime) -> list[Points]:
    prices, version = settings.recognition.service_star.place_points, points_rule_version(settings)
    return [
        Points(star.rep_id, as_of, "service_star", month, f"place_{star.place}", prices[star.place - 1], version)
        for star in stars
        if star.place is not None and star.place <= len(prices)
    ]
