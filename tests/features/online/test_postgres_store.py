from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from configs.settings import Settings
from features import store as store_module
from features.online.vector_store import VectorOnlineStore
from tests.features.fake_crm import settings_at
from tests.features.online.store_contract import OnlineStoreContract, unreachable

URL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


def is_there() -> bool:
    try:
        psycopg.connect(URL.replace("+psycopg", ""), connect_timeout=2).close()
    except psycopg.Error:
        return False
    return True


@pytest.mark.skipif(not is_there(), reason="no PostgreSQL at 127.0.0.1:5432")
class TestPostgresVectorOnlineStore(OnlineStoreContract):
    @pytest.fixture(autouse=True)
    def schema(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        name = f"funnelcast_test_{uuid.uuid4().hex[:12]}"
        plain = store_module._online_config

        def with_schema(settings: Settings) -> dict[str, Any]:
            return {**plain(settings), "schema_name": name}

        monkeypatch.setattr(store_module, "_online_config", with_schema)
        yield
        with psycopg.connect(URL.replace("+psycopg", "")) as connection:
            connection.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE')

    def store_settings(self, tmp_path: Path) -> Settings:
        return settings_at(tmp_path, stores={"online_store": "postgres", "postgres_url": URL})

    def clean_up(self, store: VectorOnlineStore, config: Any) -> None:
        """The schema goes as a whole."""


def test_a_server_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    unreachable(
        settings_at(tmp_path, stores={"online_store": "postgres", "postgres_url": "postgresql://x@127.0.0.1:1/x"})
    )
