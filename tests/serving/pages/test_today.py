from __future__ import annotations

import pytest

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
