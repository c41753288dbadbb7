"""Time, memory, precision and recall of the golden record on seeded dirty copies (see benchmarks/dirty_copies.py).

`python -m benchmarks.golden_record [CUSTOMERS] [SEED]` on SQLite in a temporary folder. Targets: 100,000 customers in
under 180 s and 2,048 MB; precision at least 0.99 at recall at least 0.90. Precision and recall count pairs of customers
under one golden id; for "with the queue" the pairs that wait for a person are counted as if all were accepted.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from sqlalchemy import Engine

from benchmarks.dirty_copies import DirtyCustomers, draw_dirty_customers
from configs.settings import Settings, load_settings
from crm_core.database import migrate, open_database, read_transaction
from crm_core.golden_record.aliases import resolve
from crm_core.golden_record.dedupe import Deduplication, dedupe
from crm_core.golden_record.review import review_queue
from crm_core.importer import import_path
from funnelcast.tables import text_table

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
Pairs = set[tuple[str, str]]


@dataclass(frozen=True)
class Quality:
    """Pairs found and how right they are."""

    pairs: int
    precision: float
    recall: float


def load(engine: Engine, drawn: DirtyCustomers, settings: Settings, folder: Path) -> None:
    """Import the customers as an export."""
    drawn.rows.to_csv(folder / "customers.csv", index=False)
    import_path(engine, folder, None, settings, AS_OF, folder / "rejects")


def measure(engine: Engine, drawn: DirtyCustomers) -> dict[str, Quality]:
    """Quality of what stands in the database, beside the planted truth."""
    ids = drawn.rows["customer_id"].tolist()
    truth = pairs_of(dict(zip(ids, map(str, drawn.firms), strict=True)))
    with read_transaction(engine) as connection:
        automatic = pairs_of(resolve(connection, ids, AS_OF))
    queued = {(match.left_id, match.right_id) for match in review_queue(engine, AS_OF)}
    return {"automatic": judged(automatic, truth), "with the queue": judged(automatic | queued, truth)}


def pairs_of(group_of: Mapping[str, str]) -> Pairs:
    """All pairs of ids that share a group, lower id first."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for member, group in group_of.items():
        groups[group].append(member)
    return {pair for members in groups.values() for pair in combinations(sorted(members), 2)}


def judged(found: Pairs, truth: Pairs) -> Quality:
    """Precision and recall of pairs."""
    right = len(found & truth)
    return Quality(len(found), right / max(len(found), 1), right / max(len(truth), 1))


def wrong_by_kind(engine: Engine, drawn: DirtyCustomers) -> Iterable[tuple[str, int]]:
    """Kind of customer -> how many of it were merged with a customer of another firm."""
    ids = drawn.rows["customer_id"].tolist()
    firm, kind = dict(zip(ids, drawn.firms, strict=True)), dict(zip(ids, drawn.kinds, strict=True))
    with read_transaction(engine) as connection:
        golden = resolve(connection, ids, AS_OF)
    wrong = [one for one in ids if firm[one] != firm[golden[one]]]
    return [(name, sum(kind[one] == name for one in wrong)) for name in sorted(set(drawn.kinds))]


def run(engine: Engine, settings: Settings) -> tuple[Deduplication, float, float]:
    """The run, its seconds and its CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = dedupe(engine, settings, AS_OF)
    return result, time.perf_counter() - wall, time.process_time() - cpu


def main(count: int, seed: int) -> None:
    settings = load_settings()
    drawn = draw_dirty_customers(count, seed)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(f"sqlite:///{folder}/crm.db")
        migrate(engine)
        load(engine, drawn, settings, Path(folder))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        result, seconds, cpu = run(engine, settings)
        again, seconds_again, _ = run(engine, settings)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{result.customers:,} customers, {result.pairs_compared:,} pairs compared, {result.merged:,} merged, "
            f"{result.waiting:,} wait; {seconds:.1f} s, {cpu:.1f} CPU s, "
            f"peak RSS {peak:,.0f} MB (before: {before:,.0f})."
        )
        print(f"The same again: {again.merged} merged, {seconds_again:.1f} s.")
        rows = [
            [name, one.pairs, round(one.precision, 4), round(one.recall, 4)]
            for name, one in measure(engine, drawn).items()
        ]
        print(text_table(["", "pairs", "precision", "recall"], rows))
        print(text_table(["kind", "under a wrong firm"], list(wrong_by_kind(engine, drawn))))
        engine.dispose()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
