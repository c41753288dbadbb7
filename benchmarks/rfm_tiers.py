"""Seconds and peak memory of re-tiering 1 million orders of 100,000 customers (limit: 10 s).

`python -m benchmarks.rfm_tiers [ORDERS]` on SQLite in a temporary folder. The first run records every customer's tier;
the second, a month later, those that moved. CPU seconds tell it where others share the machine. Peak RSS is that of the
process, the making of the orders included.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import Engine

from configs.settings import load_settings
from crm_core.database import migrate, open_database, write_transaction
from crm_core.rfm.retier import retier

AS_OF = datetime(2025, 1, 1, tzinfo=UTC)
CHUNK = 100_000
SQL = (
    "INSERT INTO orders (order_id, customer_id, ordered_at, amount_cents, recorded_at, change_seq, row_hash, "
    "is_backfilled) VALUES (?, ?, ?, ?, ?, ?, '', 1)"
)


def fill(engine: Engine, count: int) -> None:
    """Orders of the last two years, some customers buying far more often than others."""
    rng = np.random.default_rng(1)
    customers = (rng.random(count) ** 2 * count / 10).astype(int)
    start = np.datetime64(AS_OF.replace(tzinfo=None), "us") - np.timedelta64(730, "D")
    moments = start + (rng.random(count) * 730 * 86_400_000_000).astype("timedelta64[us]")
    told = [str(moment).replace("T", " ") for moment in moments]
    amounts = rng.integers(-5_000, 500_000, count).tolist()
    for first in range(0, count, CHUNK):
        rows = [
            (f"O{place:07d}", f"C{customers[place]:06d}", told[place], amounts[place], told[place], place)
            for place in range(first, min(first + CHUNK, count))
        ]
        with write_transaction(engine) as connection:
            connection.exec_driver_sql(SQL, rows)


def main(count: int) -> None:
    settings = load_settings()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(f"sqlite:///{folder}/crm.db")
        migrate(engine)
        fill(engine, count)
        print(f"{'run':12} {'orders':>9} {'customers':>9} {'moved':>7} {'seconds':>7} {'CPU s':>7} {'peak MB':>7}")
        for name, as_of in (("first", AS_OF), ("month later", AS_OF + timedelta(days=31))):
            started, used = time.perf_counter(), time.process_time()
            result = retier(engine, settings, as_of)
            seconds, used = time.perf_counter() - started, time.process_time() - used
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            moved = sum(result.moves.values())
            print(f"{name:12} {count:9,} {result.customers:9,} {moved:7,} {seconds:7.1f} {used:7.1f} {peak:7.0f}")
        engine.dispose()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
