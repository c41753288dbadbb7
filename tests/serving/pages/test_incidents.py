from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from crm_core.findings import Finding, record_findings
from tests.serving import fakes
from tests.serving.pages.conftest import Pages, words_of

pytestmark = pytest.mark.slow

AT = fakes.NOW - timedelta(hours=1)
KEY = "/incident?key=funnel.stage_stock:technical_exchange"
EVIDENCE: dict[str, Any] = {
    "anomaly": {"stuck": 64, "cases": 144, "moved_on_share": 0.333, "moved_on_share_before": 0.457, "stock": 64.0,
                "stock_before": 36.3},
    "who_came_in": [{"dimension": "channel", "label": "fair", "share_before": 0.12, "share_now": 0.39}],
    "who_is_stuck": [{"segment": {"size_band": "<50", "channel": "fair"}, "share_stuck": 0.76, "share_others": 0.4,
                      "lift": 1.9}],
    "what_they_say": {"key_words": [{"word": "预算有限", "stuck": 30, "others": 25}],
                      "topics": {"affordability": {"name": "affordability", "stuck": 0.66, "others": 0.3}}},
    "can_they_pay": {"median_means": 175500.0, "median_price": 380900.0, "en": "Too dear.", "zh": "太贵。"},
    "workload": {"strength": 1.0, "en": "Work grew.", "zh": "工作量增加。"},
    "without_segment": {"stock": 64, "stock_without": 37, "conversion": 0.333, "conversion_without": 0.405},
    "against": {"seasonality": 0.04},
    "a_new_look": {"of": ["somebody"], "figure": 0.5},
}  # fmt: skip
ACTIONS = [{"en": "Pre-screen the fair's leads.", "zh": "预筛展会线索。"}]


def record_cause(pages: Pages, evidence: Any, **more: Any) -> None:
    figures = {"stage": "technical_exchange", "cause": "channel_mix_shift", "confidence": 0.94, "evidence": evidence,
               "segment": {"channel": "fair"}, "actions": ACTIONS, **more}  # fmt: skip
    record_findings(
        pages.engine,
        [Finding("diagnosis.channel_mix_shift", "technical_exchange", figures, AT, "The fair did it.", "展会所致。")],
    )


def test_the_story_goes_from_the_alarm_to_what_it_would_bring(alarmed: Pages) -> None:
    record_cause(alarmed, EVIDENCE)
    words = words_of(alarmed.get(KEY))
    for part in (
        "The stock grew &lt;b&gt;.", "The fair did it.", "94% sure", "Channel Trade fair", "before 46%", "+27.0",
        "Company size under 50, Channel Trade fair", "76% (1.9 times)", "预算有限 30 stuck, 25 others",
        "Money is short",
        "¥381k", "¥176k", "Too dear.", "Work grew. stands out", "Pre-screen the fair", "64 → 37", "33% → 40%",
        "The season 4%", "a_new_look.figure 0.5",
    ):  # fmt: skip
        assert part in words, part


def test_the_story_in_chinese_holds_no_english_sentence(alarmed: Pages) -> None:
    record_cause(alarmed, EVIDENCE)
    words = words_of(alarmed.get(KEY, **{"accept-language": "zh"}))
    for part in ("渠道结构变化", "置信度 94%", "企业规模 50以下", "太贵。", "预筛展会线索。", "资金紧张"):
        assert part in words, part
    assert "The " not in words
    assert "Pre-screen" not in words


@pytest.mark.parametrize(
    "evidence",
    [None, [], "text", {}, {"who_is_stuck": "x", "against": [1]}, {"what_they_say": {"topics": [1]}, "can_they_pay": 3},
     {"who_came_in": [{"label": "x"}], "anomaly": {"stock": None}}],
)  # fmt: skip
def test_evidence_of_another_form_is_no_error(alarmed: Pages, evidence: Any) -> None:
    record_cause(alarmed, evidence)
    assert "94% sure" in words_of(alarmed.get(KEY))


def test_without_a_diagnosis_the_page_says_how_to_get_one(alarmed: Pages) -> None:
    words = words_of(alarmed.get(KEY))
    assert "The cause has not been diagnosed" in words
    assert "funnelcast diagnose" in words


def test_the_cause_stands_beside_its_alarm_on_today_and_in_the_list(alarmed: Pages) -> None:
    record_cause(alarmed, EVIDENCE)
    for path in ("/today", "/incidents"):
        assert "The fair did it." in words_of(alarmed.get(path))


def test_nothing_found_is_told(pages: Pages) -> None:
    assert "Nothing was found in the last 30 days" in words_of(pages.get("/incidents"))
    assert pages.status("/incident?key=nothing") == 404
    assert "Nothing is out of order" in words_of(pages.get("/today"))


def test_what_is_not_found_any_more_is_over(pages: Pages) -> None:
    old = Finding("funnel.sync", "erp", {}, fakes.NOW - timedelta(days=5), "Failed rows.", "同步失败。")
    record_findings(pages.engine, [old])
    assert "Failed rows. Synchronisation 2026-05-27 16:00 over" in words_of(pages.get("/incidents"))
    assert "Failed rows." not in pages.get("/today")
