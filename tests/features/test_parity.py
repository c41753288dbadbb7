"""One definition, several engines: composed on DuckDB and step by step on PostgreSQL, to the same numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import ibis
import pandas as pd
import psycopg
import pyarrow as pa
import pytest

from features import customer_family, customer_features, lead_customer, lead_features, rfm_tiers
from features.asof import Hold, Table, unheld, with_intervals
from features.definitions import CUSTOMER_VIEW, LEAD_VIEW
from features.lake_schema import IBIS_TYPES, KEYS, LONG_TEXTS, columns_of
from features.shape import FeatureShape
from features.track_record import outcome_days
from tests.features.online.test_postgres_store import URL, is_there
from tests.features.random_bundle import random_bundle
from tests.features.test_oracle import World, differences, random_pairs

pytestmark = pytest.mark.slow

SPINE = ibis.table({"entity_id": "string", "as_of": "timestamp(6)"}, name="spine")
POSTGRES_TYPES = {
    "text": "text",
    "json": "text",
    "integer": "bigint",
    "real": "double precision",
    "boolean": "boolean",
    "moment": "timestamp",
    "date": "date",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        crm = random_bundle(seed=11, leads=60, customers=20)
        crm.install(monkeypatch)
        made = World(crm, tmp_path_factory.mktemp("parity"))
        yield made
        made.session.bench.close()


def kinds_of(table: str, world: World) -> dict[str, str]:
    kinds = {name: kind for name, kind in columns_of(table).items() if name not in LONG_TEXTS}
    entity = {"leads": "lead", "customers": "customer"}.get(table)
    return kinds | {one.column: "text" for one in world.shape.attributes if one.entity == entity}


def expressions(world: World, hold: Hold) -> dict[str, Table]:
    """Both feature tables over tables that are nothing but names and types."""
    shape: FeatureShape = world.shape
    tables: dict[str, Table] = {}
    for name, key in KEYS.items():
        columns = {column: IBIS_TYPES[kind] for column, kind in kinds_of(name, world).items()}
        tables[name] = hold(with_intervals(ibis.table(columns, name=f"files_{name}"), key.key, key.moment))
    tables["customer_families"] = hold(customer_family.customer_families(tables, hold))
    tables["customer_firms"] = hold(lead_customer.customer_firms(tables, shape, hold))
    for owner, days in outcome_days(tables, shape, hold).items():
        tables[f"{owner}_days"] = hold(days)
    figures = rfm_tiers.active_figures(tables, SPINE, shape, hold)
    tables["rfm_means"] = hold(rfm_tiers.mean_money(figures, shape))
    return {
        LEAD_VIEW: lead_features.lead_features(tables, SPINE, shape, hold),
        CUSTOMER_VIEW: customer_features.customer_features(tables, SPINE, shape, hold),
    }


def check(world: World, view: str, pairs: list[tuple[str, datetime]], got: list[dict[str, Any]]) -> None:
    frame = world.frame(view, pairs)
    expected = {(row["entity_id"], row["as_of"]): row for row in frame.to_dict("records")}
    assert len(got) == len(expected)
    for row in got:
        moment = pd.Timestamp(row.pop("as_of"))
        assert not differences(expected[row["entity_id"], moment], row)


@pytest.mark.parametrize(("view", "table"), [(LEAD_VIEW, "leads"), (CUSTOMER_VIEW, "customers")])
def test_one_statement_without_steps_gives_the_same_on_duckdb(world: World, view: str, table: str) -> None:
    pairs = random_pairs(world.crm, table, 150, seed=3)
    bench = world.session.bench
    for name in KEYS:
        world.session.tables.versions(name)  # makes files_*
    bench.take("spine", spine_rows(pairs))
    check(world, view, pairs, bench.arrow(expressions(world, unheld)[view]).to_pylist())


@pytest.mark.slow
@pytest.mark.skipif(not is_there(), reason="no PostgreSQL at 127.0.0.1:5432")
@pytest.mark.parametrize(("view", "table"), [(LEAD_VIEW, "leads"), (CUSTOMER_VIEW, "customers")])
def test_postgresql_gives_the_same(world: World, view: str, table: str) -> None:
    pairs = random_pairs(world.crm, table, 150, seed=4)
    with psycopg.connect(URL.replace("+psycopg", "")) as connection:
        load(connection, world, pairs)
        steps = Steps(connection)
        expression = expressions(world, steps.hold)[view]
        cursor = connection.execute(str(ibis.to_sql(expression, dialect="postgres")))
        names = [column.name for column in cursor.description or []]
        got = [dict(zip(names, map(plain, row), strict=True)) for row in cursor.fetchall()]
        connection.rollback()
    check(world, view, pairs, got)


class Steps:
    """Steps kept as temporary tables of PostgreSQL."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.count = 0

    def hold(self, expression: Table) -> Table:
        self.count += 1
        name = f"step_{self.count}"
        self.connection.execute(f"CREATE TEMP TABLE {name} AS {ibis.to_sql(expression, dialect='postgres')}")
        self.connection.execute(f"ANALYZE {name}")
        kinds = {
            column: "timestamp(6)" if kind.is_timestamp() else kind for column, kind in expression.schema().items()
        }
        return ibis.table(kinds, name=name)


def load(connection: psycopg.Connection[Any], world: World, pairs: list[tuple[str, datetime]]) -> None:
    for name in KEYS:
        kinds = kinds_of(name, world)
        columns = ", ".join(f'"{column}" {POSTGRES_TYPES[kind]}' for column, kind in kinds.items())
        connection.execute(f"CREATE TEMP TABLE files_{name} ({columns})")
        rows = world.session.bench.arrow(world.session.tables.versions(name)) if world.crm.versions.get(name) else None
        if rows is not None:
            listed = ", ".join(f'"{column}"' for column in kinds)
            with connection.cursor().copy(f"COPY files_{name} ({listed}) FROM STDIN") as copy:
                for row in rows.select(list(kinds)).to_pylist():
                    copy.write_row(list(row.values()))
    connection.execute("CREATE TEMP TABLE spine (entity_id text, as_of timestamp)")
    with connection.cursor().copy("COPY spine FROM STDIN") as copy:
        for pair in pairs:
            copy.write_row(pair)


def spine_rows(pairs: list[tuple[str, datetime]]) -> pa.Table:
    return pa.table(
        {
            "entity_id": pa.array([key for key, _ in pairs], pa.string()),
            "as_of": pa.array([moment for _, moment in pairs], pa.timestamp("us")),
        }
    )


def plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | datetime | date) else float(value)
