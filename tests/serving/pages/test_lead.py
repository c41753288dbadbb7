from __future__ import annotations

import pytest

from tests.serving.pages.conftest import Pages, words_of

pytestmark = pytest.mark.slow


def test_a_lead_is_shown_with_score_record_timeline_and_talk_track(pages: Pages) -> None:
    page = pages.get("/lead?id=L1", "rep")
    words = words_of(page)
    for part in ("Needs analysis", "¥10,000.00", "13800138000", "Li Na", "budget is &lt;i&gt;limited", "Web site"):
        assert part in words, part
    assert "Which problem costs you most today" in words
    assert "No score of this lead has been given by call yet" in words


def test_another_reps_lead_is_404_and_reads_like_none(pages: Pages) -> None:
    for role, own, other in (("rep", "L1", "L2"), ("manager", "L3", "L2"), ("manager", "L1", "L4")):
        assert pages.status(f"/lead?id={own}", role) == 200
        foreign, unknown = (pages.signed_in(role).get(f"/lead?id={lead}") for lead in (other, "nothing"))
        assert (foreign.status_code, foreign.text) == (unknown.status_code, unknown.text)
        assert foreign.status_code == 404


def test_an_id_may_hold_anything(pages: Pages) -> None:
    assert "Odd Id GmbH" in pages.get("/lead?id=a%2Fb%3Fc", "rep")
    assert pages.status("/lead?id=%27%20OR%201%3D1%20--", "rep") == 404
    assert pages.status("/lead", "rep") == 404


def test_a_closed_lead_has_no_score_and_says_so(pages: Pages) -> None:
    assert "has no score" in pages.get("/lead?id=L6", "rep")


def test_looking_leaves_no_receipt_and_asking_for_one_does(pages: Pages) -> None:
    pages.get("/lead?id=L1", "rep")
    assert pages.service.stored == {}
    answer = pages.post("/lead/score", "rep", id="L1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/lead?id=L1#receipts")
    pages.service.receipts.close()
    assert [receipt.entity_id for receipt in pages.service.stored.values()] == ["L1"]


def test_nobody_scores_anothers_lead(pages: Pages) -> None:
    assert pages.post("/lead/score", "rep", id="L2").status_code == 404
    assert pages.post("/lead/score", "rep", id="nothing").status_code == 404
