"""The service stars of a month: reps by what their satisfaction ratings say (mission C7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine

from configs.sections import ServiceStar as StarRules
from configs.settings import Settings
from crm_core.database import read_transaction
from crm_core.funnel.versions import rows_as_of
from crm_core.recognition.months import month_bounds
from crm_core.recognition.shrinkage import Estimate, Scale, Usual, estimate
from crm_core.rule_version import rule_version
from crm_core.standing import Resolve, merges_or, resolved
from crm_core.tables import Rating

DIGITS = 6  # estimates that agree so far share a place


@dataclass(frozen=True)
class Star:
    """One rep's month. `place`: 1 is the best, None where too few customers rated. Scores on the scale of ratings."""

    rep_id: str
    place: int | None
    count_ratings: int
    mean_score: float
    usual_score: float
    shrunk_score: float
    low_score: float
    high_score: float


def star_ranking(
    engine: Engine, settings: Settings, month: str, as_of: datetime, resolve: Resolve | None = None
) -> list[Star]:
    """Every rep that was rated in the month (YYYY-MM), by what was known at as_of, best first; without places last.

    Raises
    ------
    RecognitionError: it is no month. DatabaseError: the database cannot be read.
    """
    with read_transaction(engine) as connection:
        return ranking_of(connection, settings, month, as_of, resolve)


def ranking_of(
    connection: Connection, settings: Settings, month: str, as_of: datetime, resolve: Resolve | None = None
) -> list[Star]:
    """`star_ranking` within a transaction.

    All that one customer gave a rep within a month counts as one rating, their mean: nobody votes twice. Merged
    customers are one, by the golden ids of as_of unless `resolve` says otherwise.
    """
    rules, zone = settings.recognition.service_star, settings.intake.timezone
    first, end = month_bounds(month, zone)
    rows = rows_as_of(connection, "ratings", as_of, ["rep_id", "score", "customer_id"])
    since = end - timedelta(days=rules.prior_days)
    recent = rows[(rows["rated_at"] >= _plain(min(since, first))) & (rows["rated_at"] < _plain(end))]
    votes = _votes(recent, zone, merges_or(resolve, connection, as_of))
    scale = _scale()
    usual = Usual.of(votes["score"].tolist(), scale)
    mine = votes[votes["month"] == month].groupby("rep_id")["score"].agg(list)
    return ranked({str(rep): scores for rep, scores in mine.items()}, usual, rules, scale)


def ranked(scores: dict[str, list[float]], usual: Usual, rules: StarRules, scale: Scale) -> list[Star]:
    """Places by the shrunk mean, then by more ratings; equals share a place, and the next one is skipped."""
    found = {rep: estimate(mine, usual, rules.prior_ratings, rules.credibility, scale) for rep, mine in scores.items()}
    order = sorted(found, key=lambda rep: (found[rep].count < rules.min_ratings, *_worth(found[rep]), rep))
    worths = [_worth(found[rep]) for rep in order]
    return [
        _star(rep, found[rep], usual, None if found[rep].count < rules.min_ratings else _place(worths, at))
        for at, rep in enumerate(order)
    ]


def star_rule_version(settings: Settings) -> str:
    """Version of the thresholds and the zone of the months."""
    return rule_version("star", rules=settings.recognition.service_star, zone=settings.intake.timezone)


def _scale() -> Scale:
    """Lowest and highest score that a rating can have."""
    info = Rating.__table__.c.score.info
    return float(info["low"]), float(info["high"])


def _worth(one: Estimate) -> tuple[float, int]:
    return -round(one.shrunk, DIGITS), -one.count


def _place(worths: Sequence[tuple[float, int]], at: int) -> int:
    return worths.index(worths[at]) + 1


def _star(rep: str, one: Estimate, usual: Usual, place: int | None) -> Star:
    scores = (one.mean, usual.mean, one.shrunk, one.low, one.high)
    return Star(rep, place, one.count, *(round(score, DIGITS) for score in scores))


def _votes(ratings: pd.DataFrame, zone: str, resolve: Resolve) -> pd.DataFrame:
    """rep_id, month, score: one row per rep, customer and month; a rating by nobody in particular stands alone."""
    customer = resolved(ratings["customer_id"], resolve)
    voters = ratings.assign(
        voter=np.where(customer.notna(), "customer " + customer.astype(str), "rating " + ratings["rating_id"]),
        month=ratings["rated_at"].dt.tz_localize("UTC").dt.tz_convert(zone).dt.strftime("%Y-%m"),
    )
    return voters.groupby(["rep_id", "month", "voter"])["score"].mean().reset_index()


def _plain(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")
