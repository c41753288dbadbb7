from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.errors import RecognitionError
from crm_core.golden_record.review import merge
from crm_core.recognition.awards import award_stars, awarded_stars, star_months
from crm_core.recognition.points import point_entries
from crm_core.recognition.shrinkage import Usual
from crm_core.recognition.stars import ranked, star_ranking
from tests.crm_core.conftest import NOW, Load, rows

DAY = timedelta(days=1)
HEADER = "rating_id,rep_id,score,rated_at,customer_id\n"
MONTH, AWARD_AT = "2024-12", datetime(2025, 1, 4, tzinfo=UTC)


def csv(*votes: tuple[str, list[float]], day: str = "2024-12-10") -> str:
    lines = [
        f"{rep}{day}{place},{rep},{score},{day},c{place}"
        for rep, scores in votes
        for place, score in enumerate(scores)
    ]  # fmt: skip
    return HEADER + "\n".join(lines) + "\n"


VOTES = csv(("solid", [5, 5, 4, 5, 5, 5, 4, 5, 5, 5]), ("good", [4, 5, 4, 5, 4, 5]), ("lucky", [5]), ("poor", [2] * 6))


def test_one_five_star_does_not_win(engine: Engine, load: Load, settings: Settings) -> None:
    load(ratings=VOTES)
    found = star_ranking(engine, settings, MONTH, NOW)
    assert [(star.rep_id, star.place) for star in found] == [("solid", 1), ("good", 2), ("poor", 3), ("lucky", None)]
    lucky = found[-1]
    assert (lucky.count_ratings, lucky.mean_score) == (1, 5)
    assert lucky.shrunk_score < found[0].shrunk_score
    for star in found:
        assert star.low_score < star.shrunk_score < star.high_score


def test_even_with_a_place_it_does_not_win(settings: Settings) -> None:
    rules = settings.recognition.service_star.model_copy(update={"min_ratings": 1})
    scores = {"solid": [5.0] * 20 + [4.0] * 5, "lucky": [5.0]}
    found = ranked(scores, Usual(4.2, 18.4), rules, (1, 5))
    assert [star.rep_id for star in found] == ["solid", "lucky"]


def test_equals_share_a_place_and_the_next_is_skipped(settings: Settings) -> None:
    scores = {"b": [5.0, 4, 5, 4, 5], "a": [4.0, 5, 5, 4, 5], "c": [4.0] * 5}
    found = ranked(scores, Usual(4.2, 18.4), settings.recognition.service_star, (1, 5))
    assert [(star.rep_id, star.place) for star in found] == [("a", 1), ("b", 1), ("c", 3)]


def test_a_customer_votes_once_a_month_under_whatever_id(engine: Engine, load: Load, settings: Settings) -> None:
    lines = [
        f"r{place},A,{score},2024-12-10,{who}" for place, (score, who) in enumerate([(5, "x"), (1, "x"), (1, "y")])
    ]
    load(ratings=HEADER + "\n".join(lines) + "\n")
    assert [(one.count_ratings, one.mean_score) for one in star_ranking(engine, settings, MONTH, NOW)] == [(2, 2.0)]
    merged = star_ranking(engine, settings, MONTH, NOW, resolve={"y": "x"})
    assert [(one.count_ratings, one.mean_score) for one in merged] == [(1, pytest.approx(7 / 3, abs=1e-6))]
    load(customers="customer_id,name\nx,鑫源机械\ny,鑫源机械厂\n", now=NOW)
    merge(engine, settings, "y", "x", "li.na", NOW)
    assert star_ranking(engine, settings, MONTH, NOW) == merged
    assert star_ranking(engine, settings, MONTH, NOW, resolve={})[0].count_ratings == 2


def test_months_are_those_of_the_configured_zone_and_as_of(engine: Engine, load: Load, settings: Settings) -> None:
    lines = ["a,A,5,2024-11-30T16:00:00Z,", "b,B,5,2024-11-30T15:59:59Z,", "c,A,5,2024-12-31T16:00:00Z,"]
    learnt_now = {"history": False, "tables": {"ratings": {"file": "ratings.csv"}}}  # a first import would be a history
    load(learnt_now, ratings=HEADER + "\n".join(lines) + "\n")
    later = NOW + DAY
    assert {one.rep_id: one.count_ratings for one in star_ranking(engine, settings, MONTH, later)} == {"A": 1}
    assert [one.rep_id for one in star_ranking(engine, settings, "2024-11", later)] == ["B"]
    assert star_ranking(engine, settings, MONTH, NOW - DAY) == []  # it was not known yet


def test_old_ratings_are_what_is_usual(engine: Engine, load: Load, settings: Settings) -> None:
    load(ratings=VOTES)
    before = star_ranking(engine, settings, MONTH, NOW)[0]
    load(ratings=VOTES + csv(("old", [1] * 40), day="2024-06-01").removeprefix(HEADER), now=NOW)
    after = star_ranking(engine, settings, MONTH, NOW)[0]
    assert after.usual_score < before.usual_score
    assert after.shrunk_score < before.shrunk_score
    load(ratings=VOTES + csv(("old", [1] * 40), day="2023-06-01").removeprefix(HEADER), now=NOW + DAY)
    assert star_ranking(engine, settings, MONTH, NOW)[0] == after


def test_a_month_is_awarded_once_with_its_figures(engine: Engine, load: Load, settings: Settings) -> None:
    load(ratings=VOTES)
    first = award_stars(engine, settings, MONTH, AWARD_AT)
    assert [star.rep_id for star in first] == ["solid", "good", "poor", "lucky"]
    stored = "SELECT * FROM service_stars ORDER BY rep_id"
    kept = rows(engine, stored)
    load(ratings=csv(("poor", [5] * 60), day="2024-12-20"), now=AWARD_AT)
    assert star_ranking(engine, settings, MONTH, AWARD_AT + DAY)[0].rep_id == "poor"
    assert award_stars(engine, settings, MONTH, AWARD_AT + DAY) == first == awarded_stars(engine, MONTH, AWARD_AT)
    assert rows(engine, stored) == kept
    assert awarded_stars(engine, MONTH, AWARD_AT - DAY) == []
    points = {rep: [one.points for one in point_entries(engine, rep, AWARD_AT)] for rep in ("solid", "good", "lucky")}
    assert points == {"solid": [100], "good": [60], "lucky": []}
    assert star_months(engine, "good", AWARD_AT) == {MONTH: 2}
    assert star_months(engine, "lucky", AWARD_AT) == {}


def test_a_month_must_be_over_and_written_as_one(engine: Engine, settings: Settings) -> None:
    with pytest.raises(RecognitionError, match="over for 3 days"):
        award_stars(engine, settings, MONTH, AWARD_AT - DAY)
    with pytest.raises(RecognitionError, match="YYYY-MM"):
        star_ranking(engine, settings, "2024-13", NOW)
