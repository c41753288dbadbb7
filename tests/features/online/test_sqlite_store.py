from __future__ import annotations

import time
from pathlib import Path

import pytest

from configs.settings import Settings
from features.definitions import LEAD_VIEW
from features.store import online_store, repo_config
from tests.features.fake_crm import settings_at
from tests.features.online.store_contract import NOON, OnlineStoreContract


class TestSqliteVectorOnlineStore(OnlineStoreContract):
    def store_settings(self, tmp_path: Path) -> Settings:
        return settings_at(tmp_path)

    @pytest.mark.slow
    def test_ten_thousand_vectors_of_sixty_features_within_ten_seconds(self, settings: Settings) -> None:
        store, config = online_store(settings), repo_config(settings)
        names = [f"feature_{number}" for number in range(60)]
        values = [number / 7 for number in range(60)]
        started = time.process_time()
        assert (
            store.write_vectors(config, LEAD_VIEW, names, ((f"L{key}", NOON, values) for key in range(10_000)))
            == 10_000
        )
        assert time.process_time() - started < 10
        store.close()
