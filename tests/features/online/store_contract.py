"""What every online store must do. Each store's test class inherits this and gives `config` and `make_store`."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from feast import FeatureStore, RepoConfig
from feast.protos.feast.types.EntityKey_pb2 import EntityKey as EntityKeyProto
from feast.protos.feast.types.Value_pb2 import Value as ValueProto
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from configs.settings import Settings
from features.definitions import CHANNEL_VIEW, CUSTOMER_VIEW, LEAD_VIEW, feast_objects
from features.errors import OnlineStoreError
from features.online.reader import OnlineReader
from features.online.vector_store import VectorOnlineStore
from features.shape import make_shape
from features.store import applied_store, online_store, repo_config

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
NAMES = ["score", "stage", "missing"]
WRITES = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 5), st.integers(0, 3), st.integers(0, 99)), min_size=1, max_size=25
)


class OnlineStoreContract:
    """Inherit it, and give the settings of the store."""

    def store_settings(self, tmp_path: Any) -> Settings:
        raise NotImplementedError

    @pytest.fixture
    def settings(self, tmp_path: Any) -> Iterator[Settings]:
        made = self.store_settings(tmp_path)
        store, config = online_store(made), repo_config(made)
        for view in (LEAD_VIEW, CUSTOMER_VIEW, CHANNEL_VIEW):
            store.prepare_view(config, view)
        yield made
        self.clean_up(store, config)
        store.close()

    def clean_up(self, store: VectorOnlineStore, config: RepoConfig) -> None:
        for view in (LEAD_VIEW, CUSTOMER_VIEW, CHANNEL_VIEW, "schemas"):
            store.drop(config, f"{config.project}_{view}")

    @pytest.fixture
    def config(self, settings: Settings) -> RepoConfig:
        return repo_config(settings)

    @pytest.fixture
    def store(self, settings: Settings) -> Iterator[VectorOnlineStore]:
        made = online_store(settings)
        yield made
        made.close()

    def write(self, store: VectorOnlineStore, config: RepoConfig, key: str, moment: datetime, score: float) -> None:
        store.write_vectors(config, LEAD_VIEW, NAMES, [(key, moment, [score, "演示", None])])

    def test_what_is_written_is_read(self, store: VectorOnlineStore, config: RepoConfig) -> None:
        self.write(store, config, "线索-1", NOON, 0.1 + 0.2)
        found = store.read_vectors(config, LEAD_VIEW, ["线索-1"])
        assert found == [(NOON, {"score": 0.1 + 0.2, "stage": "演示", "missing": None})]

    def test_answers_come_in_the_order_of_the_keys_with_none_for_unknown_ones(
        self, store: VectorOnlineStore, config: RepoConfig
    ) -> None:
        for number in range(3):
            self.write(store, config, f"L{number}", NOON, number)
        found = store.read_vectors(config, LEAD_VIEW, ["L2", "nobody", "L0", "L2"])
        assert [one and one[1]["score"] for one in found] == [2.0, None, 0.0, 2.0]

    def test_nan_is_read_as_none(self, store: VectorOnlineStore, config: RepoConfig) -> None:
        self.write(store, config, "L1", NOON, math.nan)
        assert store.read_vectors(config, LEAD_VIEW, ["L1"]) == [
            (NOON, {"score": None, "stage": "演示", "missing": None})
        ]

    def test_moments_keep_their_microseconds(self, store: VectorOnlineStore, config: RepoConfig) -> None:
        moment = NOON.replace(microsecond=999_999)
        self.write(store, config, "L1", moment, 1)
        found = store.read_vectors(config, LEAD_VIEW, ["L1"])[0]
        assert found is not None
        assert found[0] == moment

    def test_an_older_event_does_not_overwrite_a_newer_one(self, store: VectorOnlineStore, config: RepoConfig) -> None:
        self.write(store, config, "L1", NOON, 2)
        self.write(store, config, "L1", NOON - timedelta(microseconds=1), 1)
        assert self.score(store, config, "L1") == 2.0

    def test_an_event_of_the_same_moment_replaces(self, store: VectorOnlineStore, config: RepoConfig) -> None:
        self.write(store, config, "L1", NOON, 1)
        self.write(store, config, "L1", NOON, 2)
        assert self.score(store, config, "L1") == 2.0

    def test_views_do_not_share_keys(self, store: VectorOnlineStore, config: RepoConfig) -> None:
        self.write(store, config, "L1", NOON, 1)
        assert store.read_vectors(config, CUSTOMER_VIEW, ["L1"]) == [None]

    def test_vectors_with_other_columns_stand_side_by_side(self, store: VectorOnlineStore, config: RepoConfig) -> None:
        self.write(store, config, "L1", NOON, 1)
        store.write_vectors(config, LEAD_VIEW, ["new"], [("L2", NOON, [5.0])])
        other = online_store_like(store)
        assert [one and one[1].get("new") for one in other.read_vectors(config, LEAD_VIEW, ["L1", "L2"])] == [None, 5.0]
        other.close()

    def test_forgetting_removes_what_is_older_and_nothing_else(
        self, store: VectorOnlineStore, config: RepoConfig
    ) -> None:
        self.write(store, config, "old", NOON - timedelta(days=1), 1)
        self.write(store, config, "new", NOON, 1)
        assert store.forget_before(config, LEAD_VIEW, NOON) == 1
        assert [one is None for one in store.read_vectors(config, LEAD_VIEW, ["old", "new"])] == [True, False]
        assert store.forget_before(config, LEAD_VIEW, NOON) == 0

    def test_removal_takes_the_named_keys_whatever_their_moment(
        self, store: VectorOnlineStore, config: RepoConfig
    ) -> None:
        for key in ("gone", "stays"):
            self.write(store, config, key, NOON, 1)
        assert store.remove_keys(config, LEAD_VIEW, ["gone", "nobody"]) == 1
        assert [one is None for one in store.read_vectors(config, LEAD_VIEW, ["gone", "stays"])] == [True, False]
        assert store.remove_keys(config, LEAD_VIEW, []) == 0

    # Several classes inherit the property and each example starts from an empty store: what the two checks guard.
    @hypothesis_settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    @given(writes=WRITES)
    def test_the_newest_event_wins_in_every_order_of_writing(
        self, store: VectorOnlineStore, config: RepoConfig, writes: list[tuple[str, int, int, int]]
    ) -> None:
        store.drop(config, f"{config.project}_{LEAD_VIEW}")
        store.prepare_view(config, LEAD_VIEW)
        expected: dict[str, tuple[int, int, int]] = {}
        view = feast_view(config)
        for key, event, created, value in writes:
            row = (entity_key(key), {"score": ValueProto(double_val=value)}, minutes(event), minutes(created))
            store.online_write_batch(config, view, [row], None)
            if key not in expected or (event, created) >= expected[key][:2]:
                expected[key] = (event, created, value)
        found = {key: store.read_vectors(config, LEAD_VIEW, [key])[0] for key in "abc"}
        got = {key: (one[0], one[1]["score"]) for key, one in found.items() if one}
        assert got == {key: (minutes(event), float(value)) for key, (event, _, value) in expected.items()}

    def test_two_writers_at_once_leave_the_newest(self, store: VectorOnlineStore, config: RepoConfig) -> None:
        def write(first: int) -> None:
            own = online_store_like(store)
            for number in range(first, 40, 2):
                rows = [(f"L{key}", NOON + timedelta(seconds=number), [float(number), None, None]) for key in range(5)]
                own.write_vectors(config, LEAD_VIEW, NAMES, rows)
            own.close()

        threads = [threading.Thread(target=write, args=(first,)) for first in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [self.score(store, config, f"L{key}") for key in range(5)] == [39.0] * 5

    def test_feast_reads_what_it_wrote(self, settings: Settings) -> None:
        """Through the store's own door, so that the subclass keeps Feast's contract."""
        store = feast_store(settings)
        assert isinstance(store, FeatureStore)
        view = store.get_feature_view(CHANNEL_VIEW)
        names = [field.name for field in view.features]
        row = (entity_key("fair"), {name: ValueProto(double_val=3) for name in names}, NOON, NOON)
        written: list[int] = []
        provider = store._get_provider()
        provider.online_write_batch(store.config, view, [row], written.append)
        assert written == [1]
        answer = store.get_online_features(
            features=[f"{CHANNEL_VIEW}:{names[0]}"], entity_rows=[{"channel_id": "fair"}, {"channel_id": "unknown"}]
        ).to_dict()
        assert answer[names[0]] == [3.0, None]
        store.teardown()

    def test_a_vector_beyond_its_time_to_live_is_told_as_expired(
        self, settings: Settings, store: VectorOnlineStore, config: RepoConfig
    ) -> None:
        self.write(store, config, "L1", NOON, 1)
        reader = OnlineReader(settings, store)
        ttl = timedelta(days=settings.features.lead_ttl_days)
        fresh, stale = (reader.read("leads", ["L1"], NOON + age)[0] for age in (ttl, ttl + timedelta(seconds=1)))
        assert fresh is not None
        assert stale is not None
        assert (fresh.is_expired, stale.is_expired) == (False, True)

    def test_a_vector_from_the_future_is_not_read(
        self, settings: Settings, store: VectorOnlineStore, config: RepoConfig
    ) -> None:
        self.write(store, config, "L1", NOON, 1)
        assert OnlineReader(settings, store).read("leads", ["L1"], NOON - timedelta(seconds=1)) == [None]

    def score(self, store: VectorOnlineStore, config: RepoConfig, key: str) -> Any:
        found = store.read_vectors(config, LEAD_VIEW, [key])[0]
        return found and found[1]["score"]


def unreachable(settings: Settings) -> None:
    """A store that is not there says so in one sentence."""
    store = online_store(settings)
    with pytest.raises(OnlineStoreError, match="must be reachable"):
        store.prepare_view(repo_config(settings), LEAD_VIEW)


def online_store_like(store: VectorOnlineStore) -> VectorOnlineStore:
    return type(store)()


def feast_store(settings: Settings) -> FeatureStore:
    return applied_store(settings, feast_objects(settings, make_shape(settings, [], [], [])))


def feast_view(config: RepoConfig) -> Any:
    class View:
        name = LEAD_VIEW

    assert config.project
    return View()


def entity_key(key: str) -> EntityKeyProto:
    return EntityKeyProto(join_keys=["id"], entity_values=[ValueProto(string_val=key)])


def minutes(number: int) -> datetime:
    return NOON + timedelta(minutes=number)
