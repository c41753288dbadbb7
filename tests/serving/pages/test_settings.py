from __future__ import annotations

import pytest

from serving.pages.meanings import meanings, purpose
from tests.serving.pages.conftest import Pages, words_of

pytestmark = pytest.mark.slow


def test_keys_have_their_meaning_from_the_file_that_explains_them() -> None:
    assert meanings("funnel")["alarms.stock_growth"].startswith("growth of a stage's stock")
    assert purpose("rfm").startswith("RFM tiers")


def test_values_in_force_are_shown_without_secrets(pages: Pages) -> None:
    words = words_of(pages.get("/settings"))
    assert "alarms.stock_growth 0.5 growth of a stage" in words
    assert "pages.yaml" in words
    for secret in ("database_url", "erasure_key", "api_key", "webhook", "redis"):
        assert secret not in words
    assert pages.status("/settings", "rep") == 403
