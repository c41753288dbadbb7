from __future__ import annotations

import re

import pytest

from tests.serving.pages.conftest import Pages, words_of

pytestmark = pytest.mark.slow


def stock_of(page: str, stage: str) -> int:
    row = page.split(f'/leads?stage={stage}"')[1].split("</tr>", maxsplit=1)[0]
    return int(re.findall(r'<td class="num">(\d+)</td>', row)[0])


@pytest.mark.parametrize(("role", "captured"), [("admin", 3), ("analyst", 3), ("manager", 2), ("rep", 1)])
def test_each_role_counts_its_own_leads(pages: Pages, role: str, captured: int) -> None:
    """In captured stand L3, L4 and a/b?c; L4 is nobody's."""
    assert stock_of(pages.get("/funnel", role), "captured") == captured


@pytest.mark.parametrize("measure", ["conversion", "stock", "inflow", "median_dwell_days"])
@pytest.mark.parametrize("by", ["channel", "rep", "team", "size_band", "product"])
def test_the_funnel_is_cut_by_any_dimension(pages: Pages, by: str, measure: str) -> None:
    page = pages.get(f"/funnel?by={by}&measure={measure}&days=90")
    assert 'id="matrix"' in page
    assert {"channel": "Trade fair", "rep": "Chen Jun", "team": "south"}.get(by, "") in page


def test_a_rep_sees_no_other_reps_name_in_the_split(pages: Pages) -> None:
    assert "Chen Jun" not in pages.get("/funnel?by=rep", "rep")
    assert "Wang Wei" not in pages.get("/funnel?by=rep", "manager")


@pytest.mark.parametrize("query", ["by=nothing", "days=31", "measure=pay", "by=' OR 1"])
def test_an_unknown_dimension_is_told(pages: Pages, query: str) -> None:
    assert pages.status(f"/funnel?{query}") == 422


def test_milestones_cohorts_and_records_have_their_tables(pages: Pages) -> None:
    words = words_of(pages.get("/funnel"))
    for part in ("First response within 2 working hours", "What became of the leads of each month", "Fields filled"):
        assert part in words
    assert "里程碑" in pages.get("/funnel", **{"accept-language": "zh"})


def test_an_alarm_stands_on_its_stage_and_leads_to_the_incident(alarmed: Pages) -> None:
    page = alarmed.get("/funnel")
    row = page.split('href="/leads?stage=technical_exchange"')[1].split("</tr>", maxsplit=1)[0]
    assert 'href="/incident?key=funnel.stage_stock%3Atechnical_exchange">alarm</a>' in row
    assert "The stock grew" in words_of(page)
    assert "as usual" not in words_of(page)
    assert 'href="/incident' not in page.split('href="/leads?stage=captured"')[1].split("</tr>", maxsplit=1)[0]


def test_a_rep_is_shown_no_alarm_of_the_company(alarmed: Pages) -> None:
    assert "/incident?" not in alarmed.get("/funnel", "rep")
