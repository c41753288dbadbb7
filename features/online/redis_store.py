"""Online store in Redis: for many serving processes and the shortest reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import redis
from feast import RepoConfig
from feast.repo_config import FeastConfigBaseModel

from features.errors import OnlineStoreError
from features.online.vector_store import StoredVector, VectorOnlineStore

_PATIENCE_SECONDS = 5.0  # a connection that hangs is given up; who waits for an answer has a shorter limit of its own

# Compare and write in one step on the server: Feast's own store reads first and writes later, so two writers can pass
# each other. Moments in microseconds stay below 2^53, where Lua's numbers are exact.
_UPSERT = """
local old = redis.call('HMGET', KEYS[1], 'e', 'c')
local e, c = tonumber(ARGV[1]), tonumber(ARGV[2])
if old[1] then
  local oe, oc = tonumber(old[1]), tonumber(old[2])
  if e < oe or (e == oe and c < oc) then return 0 end
end
redis.call('HSET', KEYS[1], 'e', ARGV[1], 'c', ARGV[2], 'v', ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[1], ARGV[4])
return 1
"""
_FORGET = """
local old = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[1], 'LIMIT', 0, 1000)
for _, key in ipairs(old) do redis.call('DEL', ARGV[2] .. key) end
if #old > 0 then redis.call('ZREM', KEYS[1], unpack(old)) end
return #old
"""


class RedisVectorOnlineStoreConfig(FeastConfigBaseModel):  # type: ignore[misc]
    """Where the server is; every key starts with the prefix."""

    type: Literal["features.online.redis_store.RedisVectorOnlineStore"] = (
        "features.online.redis_store.RedisVectorOnlineStore"
    )
    url: str
    prefix: str = "funnelcast"


class RedisVectorOnlineStore(VectorOnlineStore):
    """A hash per entity and view, and a sorted set of the view's keys by event moment."""

    def __init__(self) -> None:
        super().__init__()
        self._client: Any = None

    def upsert(self, config: RepoConfig, space: str, vectors: Sequence[StoredVector]) -> None:
        """A script per vector, sent in one pipeline."""
        client = self._connected(config)
        script = client.register_script(_UPSERT)
        base = _base(config, space)
        with client.pipeline(transaction=False) as pipe:
            for one in vectors:
                arguments = [one.event_us, one.created_us, one.blob, one.key]
                script(keys=[f"{base}:v:{one.key}", f"{base}:index"], args=arguments, client=pipe)
            pipe.execute()

    def fetch(self, config: RepoConfig, space: str, keys: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """One pipeline."""
        base = _base(config, space)
        try:
            with self._connected(config).pipeline(transaction=False) as pipe:
                for key in keys:
                    pipe.hmget(f"{base}:v:{key}", "e", "v")
                found = pipe.execute()
        except redis.RedisError as error:
            raise OnlineStoreError(f"The online store must answer, but Redis does not: {error}.") from None
        return {key: (int(row[0]), row[1]) for key, row in zip(keys, found, strict=True) if row[0] is not None}

    def forget(self, config: RepoConfig, space: str, before_us: int) -> int:
        """In steps of a thousand, so that the server is never held up."""
        script = self._connected(config).register_script(_FORGET)
        base = _base(config, space)
        count = 0
        while removed := int(script(keys=[f"{base}:index"], args=[before_us, f"{base}:v:"])):
            count += removed
        return count

    def remove(self, config: RepoConfig, space: str, keys: Sequence[str]) -> int:
        """One pipeline."""
        base = _base(config, space)
        with self._connected(config).pipeline() as pipe:
            for key in keys:
                pipe.delete(f"{base}:v:{key}")
            if keys:
                pipe.zrem(f"{base}:index", *keys)
            found = pipe.execute()
        return sum(found[: len(keys)])

    def prepare(self, config: RepoConfig, space: str) -> None:  # noqa: ARG002 (Redis needs no preparation)
        """Make sure that the server is there."""
        self._connected(config)

    def drop(self, config: RepoConfig, space: str) -> None:
        """Remove the vectors and the index."""
        self.forget(config, space, 2**53)
        self._connected(config).delete(f"{_base(config, space)}:index")

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _connected(self, config: RepoConfig) -> Any:
        if self._client is None:
            client = redis.Redis.from_url(
                config.online_store.url, socket_connect_timeout=_PATIENCE_SECONDS, socket_timeout=_PATIENCE_SECONDS
            )
            try:
                client.ping()
            except redis.RedisError as error:
                client.close()
                raise OnlineStoreError(f"The online store must be reachable, but Redis is not: {error}.") from None
            self._client = client
        return self._client


def _base(config: RepoConfig, space: str) -> str:
    return f"{config.online_store.prefix}:{space}"
