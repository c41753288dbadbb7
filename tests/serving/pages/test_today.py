from __future__ import annotations

import threading

import pytest

from serving.pages import snapshot
from tests.serving.pages.conftest import Pages, words_of

pytestmark = pytest.mark.slow


def test_today_tells_what_changed(pages: Pages) -> None:
    """L1 moved on three hours ago, L6 was won five hours ago."""
    words = words_of(pages.get("/today"))
    assert "New leads: 0. Moved on: 2. Won: 1, lost: 0." in words
    assert "¥10.0k" in words
    assert "新增线索 0 条" in words_of(pages.get("/today", **{"accept-language": "zh"}))


def test_a_rep_is_told_of_its_own_leads_only(pages: Pages) -> None:
    assert "Won: 1" in words_of(pages.get("/today", "rep"))
    assert "Moved on: 2" in words_of(pages.get("/today", "manager"))


@pytest.mark.parametrize(("role", "is_told"), [("admin", True), ("manager", True), ("analyst", True), ("rep", False)])
def test_alarms_are_for_those_who_steer(alarmed: Pages, role: str, is_told: bool) -> None:
    page = alarmed.get("/today", role)
    assert ("The stock grew &lt;b&gt;." in page) == is_told
    assert "The stock grew <b>" not in page


def test_the_first_page_is_today(pages: Pages) -> None:
    assert pages.signed_in("rep").get("/").headers["location"] == "/today"


def test_while_the_figures_are_made_the_page_says_so_and_looks_again(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, may_go = pages.service.runtime.pages, threading.Event()
    assert desk is not None
    desk.behind.do(may_go.wait)
    monkeypatch.setattr(snapshot, "PATIENCE_SECONDS", 0.05)
    answer = pages.signed_in("admin").get("/today", headers={"accept-language": "zh"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "3"
    assert '<meta http-equiv="refresh" content="3">' in answer.text
    assert "正在计算数据" in answer.text
    assert "现" in pages.get("/settings", **{"accept-language": "zh"})  # needs none
    may_go.set()
    monkeypatch.setattr(snapshot, "PATIENCE_SECONDS", 60.0)
    assert "What changed since yesterday" in pages.get("/today")
