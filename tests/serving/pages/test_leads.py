from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest

from crm_core.events import upsert_rows
from crm_core.exchange.score_changes import publish_scores
from tests.serving import fakes
from tests.serving.pages.conftest import Pages, words_of
from tests.serving.pages.firm import LEARNT_AT

pytestmark = pytest.mark.slow

SHOWN = {"L1": "calc", "L2": "泵厂", "L3": "Bright Steel", "L4": "Nobody&#39;s Works"}


def seen(page: str) -> set[str]:
    return {lead for lead, name in SHOWN.items() if name in page}


@pytest.mark.parametrize(
    ("role", "leads"),
    [("admin", set(SHOWN)), ("analyst", set(SHOWN)), ("manager", {"L1", "L3"}), ("rep", {"L1"})],
)
def test_each_role_sees_its_own_leads_in_list_file_and_today(pages: Pages, role: str, leads: set[str]) -> None:
    assert seen(pages.get("/leads", role)) == leads
    assert seen(pages.get("/today", role)) == leads
    assert {row["lead_id"] for row in rows_of(pages.signed_in(role).get("/leads.csv").text)} == leads


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_lead_given_away_is_gone_at_once_though_the_board_is_older(pages: Pages) -> None:
    assert seen(pages.get("/leads", "rep")) == {"L1"}
    lead = {"lead_id": "L1", "created_at": "2026-05-20T00:00:00Z", "rep_id": "r2", "company_name": "calc"}
    settings = pages.service.settings
    upsert_rows(pages.engine, "leads", [lead], settings, LEARNT_AT + timedelta(minutes=1))
    assert seen(pages.get("/leads", "rep")) == set()
    assert pages.status("/lead?id=L1", "rep") == 404
    assert rows_of(pages.signed_in("rep").get("/leads.csv").text) == []


@pytest.mark.parametrize(
    ("query", "leads"),
    [
        ("q=bright", {"L3"}), ("q=l4", {"L4"}), ("channel=fair", {"L2", "L4"}), ("rep=r3", {"L3"}),
        ("stage=needs_analysis", {"L1"}), ("flag=ready", set(SHOWN)), ("flag=credit_hold", set()), ("q=%25", set()),
        ("q=' OR 1=1", set()), ("order=win_probability", set(SHOWN)),
    ],
)  # fmt: skip
def test_filters_leave_what_they_say(pages: Pages, query: str, leads: set[str]) -> None:
    page = pages.get(f"/leads?{query}")
    assert seen(page) == leads
    assert bool(leads) != ("No lead matches" in page)


@pytest.mark.parametrize("query", ["grade=Z", "order=rep", "page=0", "page=-1", "page=x", "page=٣", f"q={'x' * 300}"])
def test_a_wrong_address_is_told_and_not_guessed(pages: Pages, query: str) -> None:
    answer = pages.signed_in("admin").get(f"/leads?{query}")
    assert answer.status_code == 422
    assert "asks for something that there is none of" in answer.text


def test_another_teams_rep_is_as_if_there_were_none(pages: Pages) -> None:
    assert pages.status("/leads?rep=r2", "manager") == 404
    assert pages.status("/leads?rep=r2", "rep") == 404
    assert pages.status("/leads?rep=r3", "manager") == 200


def test_the_list_is_cut_into_pages(make_pages: object) -> None:
    pages: Pages = make_pages(page_rows=2)  # type: ignore[operator]
    first, second = pages.get("/leads?channel="), pages.get("/leads?page=2")
    assert seen(first) | seen(second) == set(SHOWN)
    assert seen(first) & seen(second) == set()
    assert 'href="/leads?page=2"' in first
    assert "Page 2 of 2: 3 to 4 of 4" in words_of(second)


def test_names_are_shown_and_never_run(pages: Pages) -> None:
    page = pages.get("/leads")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_no_cell_of_the_file_is_a_formula(pages: Pages) -> None:
    rows = {row["lead_id"]: row for row in rows_of(pages.signed_in("admin").get("/leads.csv").text)}
    assert rows["L1"]["company_name"].startswith("'=cmd|")
    assert float(rows["L1"]["win_probability"]) <= 1


def test_scores_come_with_reasons_trend_and_what_to_say(pages: Pages) -> None:
    body = {"win_probability": 0.99, "grade": "A", "expected_value": 1.0, "size_fit": 1, "credit_hold": False}
    publish_scores(pages.engine, "lead", {"L1": body}, fakes.NOW - timedelta(hours=30), 0.01)
    words = words_of(pages.get("/leads", "rep"))
    assert "▼ down" in words
    assert re.search(r"Created [\d.]+ d ago", words)
    assert "Which problem costs you most today" in words
    assert "▼ 下降" in words_of(pages.get("/leads", "rep", **{"accept-language": "zh"}))


def test_without_a_model_the_page_says_so(no_model: Pages) -> None:
    answer = no_model.signed_in("admin").get("/leads")
    assert answer.status_code == 503
    assert "No win model has been promoted yet" in answer.text


def test_a_reader_is_not_kept_waiting_by_a_silent_store(pages: Pages) -> None:
    pages.service.reader.failure = RuntimeError("secret detail")
    answer = pages.signed_in("admin").get("/leads")
    assert answer.status_code in (500, 503)
    assert "secret" not in answer.text
