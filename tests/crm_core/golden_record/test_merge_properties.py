"""Any sequence of merges and undos is a replay of what is live; undoing all of it gives the starting state."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from configs.settings import Settings, load_settings
from crm_core.database import read_transaction, write_transaction
from crm_core.errors import MergeRefusedError
from crm_core.golden_record.aliases import golden_ids, resolve
from crm_core.golden_record.review import merge, undo
from crm_core.importer import import_path
from tests.crm_core.conftest import NOW, open_migrated
from tests.crm_core.golden_record.firm import Snapshot, snapshot, versions
from tests.crm_core.golden_record.people import CODE, OTHER_CODE, customers_csv

pytestmark = pytest.mark.slow

IDS = "abcdef"
CODES = {"a": CODE, "f": OTHER_CODE}  # these two may never come together
MINUTE = timedelta(minutes=1)
Link = tuple[str, str]
Step = st.one_of(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)), st.integers(1, 12))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Settings, Snapshot]]:
    folder, settings = tmp_path_factory.mktemp("merges"), load_settings()
    rows = [{"customer_id": one, "name": "鑫源", "unified_social_credit_code": CODES.get(one, "")} for one in IDS]
    (folder / "customers.csv").write_text(customers_csv(*rows), encoding="utf-8")
    with open_migrated("sqlite", folder) as engine:
        import_path(engine, folder, None, settings, NOW, folder / "rejects")
        yield engine, settings, snapshot(engine)


def components(links: Iterable[Link]) -> set[frozenset[str]]:
    """The sets that links join, in the plainest way."""
    sets = {frozenset(one) for one in IDS}
    for link in links:
        touched = {one for one in sets if one & set(link)}
        sets = sets - touched | {frozenset().union(*touched)}
    return sets


def stands(engine: Engine, as_of: datetime) -> set[frozenset[str]]:
    with read_transaction(engine) as connection:
        golden = resolve(connection, IDS, as_of)
    assert all(golden[root] == root for root in golden.values())
    return {frozenset(one for one in IDS if golden[one] == root) for root in golden.values()}


def told_by_versions(engine: Engine, as_of: datetime) -> set[frozenset[str]]:
    """The same sets as the log of aliases tells them: the last version of each customer, if it has one."""
    golden = {one: one for one in IDS}
    for row in versions(engine):
        golden |= {row.customer_id: row.golden_id} if row.recorded_at <= as_of else {}
    return {frozenset(one for one in IDS if golden[one] == root) for root in golden.values()}


def take(engine: Engine, settings: Settings, step: Link | int, live: dict[int, Link], moment: datetime) -> None:
    """One step, which must be refused exactly where the rules forbid it; `live` follows."""
    if isinstance(step, int):
        if step in live:
            undo(engine, step, "person", moment)
            del live[step]
        return
    sets = components(live.values())
    together = frozenset().union(*(one for one in sets if one & set(step)))
    if any(set(step) <= one for one in sets) or set(CODES) <= together:
        with pytest.raises(MergeRefusedError):
            merge(engine, settings, *step, "person", moment)
        return
    live[merge(engine, settings, *step, "person", moment).merge_id] = step


@given(steps=st.lists(Step, max_size=12), seed=st.integers(0, 2**16))
@run(max_examples=25, deadline=None)
def test_merges_and_undos_replay_and_undoing_all_gives_the_start(
    shared: tuple[Engine, Settings, Snapshot], steps: list[Link | int], seed: int
) -> None:
    engine, settings, start = shared
    with write_transaction(engine) as connection:
        connection.execute(text("DELETE FROM customer_merges"))
        connection.execute(text("DELETE FROM customer_aliases"))
    live: dict[int, Link] = {}
    seen = {NOW: components([])}
    for place, step in enumerate(steps, start=1):
        moment = NOW + place * MINUTE
        take(engine, settings, step, live, moment)
        seen[moment] = components(live.values())
        assert stands(engine, moment) == told_by_versions(engine, moment) == seen[moment]
    last = NOW + (len(steps) + 1) * MINUTE
    for merge_id in random.Random(seed).sample(sorted(live), len(live)):
        undo(engine, merge_id, "person", last)
    with read_transaction(engine) as connection:
        assert golden_ids(connection, last) == {}
    assert snapshot(engine) == start
    assert {moment: stands(engine, moment) for moment in seen} == seen  # the past is as it was
    assert {moment: told_by_versions(engine, moment) for moment in seen} == seen
