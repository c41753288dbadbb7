"""Redeem points for a reward."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.database import write_transaction
from crm_core.recognition.catalogue import entry_of
from crm_core.recognition.points import Points, book, lock_points, points_rule_version
from crm_core.recognition.reps import staff_at


def redeem(
    engine: Engine, settings: Settings, rep_id: str, reward: str, as_of: datetime, request_id: str | None = None
) -> Points:
    """Spend a rep's points on a reward; the entry says what is left.

    `request_id`: names this one request, so that sending it again spends nothing; None: the moment names it.

    Raises
    ------
    UnknownRecognitionError: no such reward or active rep. RecognitionConflictError: the balance does not cover it, or
    the request was for another reward.
    """
    price = entry_of("reward", settings.recognition.rewards, reward).points
    source, version = request_id or as_of.isoformat(), points_rule_version(settings)
    with write_transaction(engine) as connection:
        lock_points(connection)
        staff_at(connection, as_of).check_active(rep_id)
        return book(connection, Points(rep_id, as_of, "reward", source, reward, -price, version))
