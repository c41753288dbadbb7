from __future__ import annotations

import uuid
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from crm_core.bi.grants import grant_sql
from crm_core.bi.views import GRAIN
from crm_core.errors import BiError
from tests.crm_core.template_database import administrator, migrated_copy


@pytest.mark.parametrize("name", ["a b", "x;DROP", "Reader", "", "a'b", '"q"'])
def test_a_name_that_would_need_quotes_is_refused(name: str) -> None:
    with pytest.raises(BiError, match="plain name"):
        grant_sql(name)
    with pytest.raises(BiError, match="A schema must be a plain name"):
        grant_sql("reader", name)


def test_the_role_reads_every_view_and_no_table_and_writes_nothing(tmp_path: Path) -> None:
    role = f"bi_{uuid.uuid4().hex[:10]}"
    with migrated_copy("postgresql", tmp_path) as url:
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as owner:
            for _ in range(2):  # repeating it does no harm
                for statement in grant_sql(role):
                    owner.execute(statement)
        try:
            _reads_views_alone(plain, role)
        finally:
            with psycopg.connect(plain, autocommit=True) as owner:
                owner.execute(f"DROP OWNED BY {role}")
            with administrator() as admin:
                admin.execute(f"DROP ROLE {role}")


def _reads_views_alone(url: str, role: str) -> None:
    with psycopg.connect(url, autocommit=True) as reader:
        reader.execute(f"SET ROLE {role}")
        for view in GRAIN:
            assert reader.execute(f"SELECT * FROM {view}").fetchall() is not None
        for table in ("leads", "customers", "people", "commission_lines", "funnel_stages"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(f"SELECT * FROM {table}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("DELETE FROM bi_channels")
        told = reader.execute("SELECT unnest(setconfig) FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole "
                              "WHERE rolname = %s", [role]).fetchall()  # fmt: skip
        assert {row[0] for row in told} == {
            "default_transaction_read_only=on", "statement_timeout=60s", "TimeZone=UTC"
        }  # fmt: skip
