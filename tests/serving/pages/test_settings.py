from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from configs.override_layer import EDITABLE, editable_keys
from configs.settings import load_settings, read_overrides
from crm_core.setting_versions import history
from serving.pages.meanings import meaning, meanings, purpose
from serving.pages.settings import SECTIONS, in_words
from tests.serving.pages.conftest import Pages, words_of
from tests.serving.pages.test_models import prepared

pytestmark = pytest.mark.slow

GROWTH = "funnel.alarms.stock_growth"


@pytest.fixture
def own(pages: Pages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pages:
    """Pages over a state of the test's own."""
    monkeypatch.setenv("FUNNELCAST_HOME", str(tmp_path / "home"))
    return prepared(pages, tmp_path / "home")


def save(pages: Pages, key: str, value: str, seen: Any, **fields: str) -> Any:
    return pages.post("/settings/edit", key=key, value=value, seen=json.dumps(seen), **fields)


def test_keys_have_their_meaning_from_the_file_that_explains_them() -> None:
    assert meanings("funnel")["alarms.stock_growth"].startswith("growth of a stage's stock")
    assert purpose("rfm").startswith("RFM tiers")
    assert meaning("recognition", "medals.teamwork", "en").startswith("the medal's names")


@pytest.mark.parametrize("section", SECTIONS)
def test_every_setting_that_is_shown_has_a_meaning_in_both_languages(section: str) -> None:
    keys = [key.removeprefix(f"{section}.") for key, _ in editable_keys(section, getattr(load_settings(), section))]
    assert [key for key in keys if not meaning(section, key, "en")] == []
    assert [key for key in keys if not re.search("[\u4e00-\u9fff]", meaning(section, key, "zh"))] == []
    assert re.search("[\u4e00-\u9fff]", purpose(section, "zh"))


def test_values_in_force_are_shown_without_secrets(pages: Pages) -> None:
    words = words_of(pages.get("/settings"))
    assert "alarms.stock_growth 0.5" in words
    assert "growth of a stage" in words
    assert "pages.yaml" in words
    for secret in ("database_url", "erasure_key", "api_key", "webhook", "redis"):
        assert secret not in words
    assert pages.status("/settings", "rep") == 403


def test_meanings_are_chinese_in_chinese(pages: Pages) -> None:
    words = words_of(pages.get("/settings", **{"accept-language": "zh-CN"}))
    assert "阶段存量环比增长达到该比例即预警" in words
    assert "growth of a stage" not in words


def test_an_edit_is_in_force_kept_and_undone(own: Pages) -> None:
    form = own.get(f"/settings/edit?key={GROWTH}")
    assert 'name="seen" value="0.5"' in form
    answer = save(own, GROWTH, "0.6", 0.5, note="too many <b> alarms")
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings#history")
    assert load_settings().funnel.alarms.stock_growth == 0.6
    page = own.get("/settings")
    words = words_of(page)
    assert "alarms.stock_growth 0.6 edited" in words
    assert f"{GROWTH} 0.5 0.6" in words
    assert "too many &lt;b&gt; alarms" in page
    [version] = history(own.engine)
    assert version.actor == "person:admin"
    assert own.post("/settings/undo", version="1").status_code == 303
    assert load_settings().funnel.alarms.stock_growth == 0.5
    assert "takes back version 1" in words_of(own.get("/settings"))


@pytest.mark.parametrize(
    ("value", "seen", "sentence"),
    [
        ("-1", 0.5, "Input should be greater than 0"),
        ("{a: [", 0.5, "must be YAML"),
        ("0.5", 0.5, "must change something"),
        ("0.7", 0.4, "was changed meanwhile"),
    ],
)
def test_what_breaks_a_rule_comes_back_with_the_rule_and_what_was_typed(
    own: Pages, value: str, seen: float, sentence: str
) -> None:
    answer = save(own, GROWTH, value, seen)
    assert answer.status_code == 422
    assert sentence in words_of(answer.text)
    assert f">{value}</textarea>" in unescape(answer.text)
    assert history(own.engine) == []


@pytest.mark.parametrize("key", ["stores.database_url", "pages.proxy_hops", "funnel", "x", "funnel.alarms"])
def test_what_is_not_edited_here_does_not_exist(own: Pages, key: str) -> None:
    assert own.status(f"/settings/edit?key={key}") == 404
    assert save(own, key, "1", None).status_code == 404


def test_only_an_admin_edits_and_undoes(own: Pages) -> None:
    for role in ("manager", "analyst"):
        assert "/settings/edit" not in own.get("/settings", role)
        assert own.status(f"/settings/edit?key={GROWTH}", role) == 403
        assert own.post("/settings/edit", role, key=GROWTH, value="0.9", seen="0.5").status_code == 403
        assert own.post("/settings/undo", role, version="1").status_code == 403
    assert history(own.engine) == []


def test_a_form_from_elsewhere_changes_nothing(own: Pages) -> None:
    client = own.signed_in("admin")
    answer = client.post("/settings/edit", data={"csrf_token": "x", "key": GROWTH, "value": "0.9", "seen": "0.5"})
    assert answer.status_code == 400
    assert history(own.engine) == []


def test_an_analyst_sees_no_edit_of_pay(own: Pages) -> None:
    plans = load_settings().commission.model_dump(mode="json")["plans"]
    assert save(own, "commission.plans", json.dumps([{**plans[0], "mentor_rate": 0.123}]), plans).status_code == 303
    assert "0.123" in own.get("/settings", "manager")
    page = own.get("/settings", "analyst")
    assert "0.123" not in page
    assert "commission.plans" not in page


def test_an_undo_of_what_was_edited_since_is_refused(own: Pages, tmp_path: Path) -> None:
    save(own, GROWTH, "0.6", 0.5)
    save(own, GROWTH, "0.7", 0.6)
    page = own.get("/settings")
    assert 'name="version" value="2"' in page
    assert 'name="version" value="1"' not in page
    assert own.post("/settings/undo", version="1").status_code == 409
    assert own.post("/settings/undo", version="x").status_code == 422
    assert own.post("/settings/undo", version="77").status_code == 404
    assert read_overrides(tmp_path / "home" / "settings.yaml") == {GROWTH: 0.7}


def test_what_the_environment_decides_says_so(own: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNNELCAST_FUNNEL__ALARMS__STOCK_GROWTH", "0.9")
    assert "FUNNELCAST_FUNNEL__ALARMS__STOCK_GROWTH decides this value" in words_of(
        own.get(f"/settings/edit?key={GROWTH}")
    )


def test_every_setting_opens_its_form(own: Pages) -> None:
    settings = load_settings()
    for section in EDITABLE:
        for key, _ in list(editable_keys(section, getattr(settings, section)))[:3]:
            assert own.status(f"/settings/edit?key={key}") == 200, key


def test_a_long_value_is_shown_in_full(pages: Pages) -> None:
    page = unescape(pages.get("/settings"))
    values = [
        in_words(value)
        for section in SECTIONS
        for key, value in editable_keys(section, getattr(load_settings(), section))
        if key != "funnel.stages"  # a table of its own
    ]
    long = [value for value in values if len(value) > 160]
    assert long
    assert [value for value in long if value not in page] == []
