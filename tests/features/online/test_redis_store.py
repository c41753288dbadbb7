from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from configs.settings import Settings
from features import store as store_module
from tests.features.fake_crm import settings_at
from tests.features.online.store_contract import OnlineStoreContract, unreachable

URL = "redis://127.0.0.1:6379/0"


def is_there() -> bool:
    client = redis.Redis.from_url(URL, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


@pytest.mark.skipif(not is_there(), reason="no Redis at 127.0.0.1:6379")
class TestRedisVectorOnlineStore(OnlineStoreContract):
    @pytest.fixture(autouse=True)
    def prefix(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        name = f"funnelcast-test-{uuid.uuid4().hex[:12]}"
        plain = store_module._online_config

        def with_prefix(settings: Settings) -> dict[str, Any]:
            return {**plain(settings), "prefix": name}

        monkeypatch.setattr(store_module, "_online_config", with_prefix)
        yield
        client = redis.Redis.from_url(URL)
        left = list(client.scan_iter(f"{name}:*"))
        if left:
            client.delete(*left)
        client.close()

    def store_settings(self, tmp_path: Path) -> Settings:
        return settings_at(tmp_path, stores={"online_store": "redis", "redis_url": URL})


def test_a_server_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    unreachable(settings_at(tmp_path, stores={"online_store": "redis", "redis_url": "redis://127.0.0.1:1/0"}))
