from __future__ import annotations

import re

import pandas as pd
import pytest

from configs.sections import Monitoring
from features.schema import Feature
from monitoring.column_drift import detect_drift
from monitoring.errors import RenderError
from monitoring.evidently_report import harmless, render_drift
from monitoring.packed_page import pack_page, unpack_page
from tests.monitoring.fakes import calm_leads, shifted_leads

HOSTILE = "</script><script>alert(1)</script>"


@pytest.fixture(scope="module")
def packed(rules: Monitoring) -> str:
    reference, current = calm_leads(400), shifted_leads(400, seed=5)
    reference["channel_id"] = reference["channel_id"].replace("web", HOSTILE)
    current["channel_id"] = current["channel_id"].replace("web", HOSTILE)
    features = [
        Feature("channel_id", "category", "Channel", "渠道"),
        Feature("employee_count", "number", "Employees", "员工人数"),
    ]
    verdicts = detect_drift(reference, current, features, rules)
    return render_drift(reference, current, verdicts, rules.model_copy(update={"max_report_rows": 200}), seed=1)


def test_the_page_loads_nothing_from_outside(packed: str) -> None:
    for page in (packed, unpack_page(packed)):
        assert not re.search(r"<(script|link|img|iframe)[^>]*\b(src|href)\s*=", page, re.IGNORECASE)
        assert "@import" not in page.split("<body", maxsplit=1)[0]


def test_the_page_is_small(packed: str) -> None:
    assert len(packed.encode()) < 2_000_000


def test_a_hostile_channel_cannot_leave_its_place(packed: str) -> None:
    page = unpack_page(packed)
    assert "alert(1)" in page
    assert HOSTILE not in page
    # Evidently's own JavaScript holds one opening tag more, as text.
    assert page.count("</script>") == 4


def test_the_verdicts_are_ours(packed: str) -> None:
    assert "Calibrated test" in unpack_page(packed)


def test_nothing_to_draw_is_refused(rules: Monitoring) -> None:
    with pytest.raises(RenderError, match="needs at least one tested column, but got none"):
        render_drift(pd.DataFrame(), pd.DataFrame(), [], rules, seed=1)


def test_long_labels_are_cut() -> None:
    assert len(harmless("x" * 500)) == 60


def test_packing_is_deterministic_and_escapes_the_title() -> None:
    page = pack_page("<p>报告</p>", title="<b>")
    assert page == pack_page("<p>报告</p>", title="<b>")
    assert "<title>&lt;b&gt;</title>" in page
    assert unpack_page(page) == "<p>报告</p>"


def test_the_same_leads_give_the_same_page(rules: Monitoring) -> None:
    reference, current = calm_leads(200), shifted_leads(200, seed=5)
    verdicts = detect_drift(reference, current, [Feature("industry", "category", "Industry", "行业")], rules)
    pages = [render_drift(reference, current, verdicts, rules, seed=1) for _ in range(2)]
    assert pages[0] == pages[1]
