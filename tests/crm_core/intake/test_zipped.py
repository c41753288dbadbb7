from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from sqlalchemy import Engine

from crm_core.errors import SourceError
from tests.crm_core.conftest import Load, rows

LEADS = "lead_id,created_at,industry\nl1,2024-01-01,钢铁\nl2,2024-01-02,食品\n"


def test_a_gzipped_table_of_a_bundle_is_read(load_sqlite: Load, sqlite_engine: Engine, bundle: Path) -> None:
    (bundle / "leads.csv.gz").write_bytes(gzip.compress(LEADS.encode()))
    assert load_sqlite().tables["leads"]["inserted"] == 2
    assert rows(sqlite_engine, "SELECT industry FROM leads WHERE lead_id = 'l1'") == [("钢铁",)]


def test_a_gzipped_file_of_a_mapping_is_read_in_its_encoding(load_sqlite: Load, bundle: Path) -> None:
    (bundle / "export.gz").write_bytes(gzip.compress(LEADS.encode("gb18030")))
    mapping = {"source": {"encoding": "gb18030"}, "tables": {"leads": {"file": "export.gz"}}}
    assert load_sqlite(mapping).tables["leads"]["inserted"] == 2


def test_a_wrong_encoding_within_is_told_with_its_line(load_sqlite: Load, bundle: Path) -> None:
    (bundle / "leads.csv.gz").write_bytes(gzip.compress(LEADS.encode("gb18030")))
    with pytest.raises(SourceError, match=r"leads\.csv\.gz must be encoded as utf-8, but line 2 "):
        load_sqlite()


@pytest.mark.parametrize("length", [12, 60])
def test_a_file_that_is_cut_off_is_refused(load_sqlite: Load, bundle: Path, length: int) -> None:
    (bundle / "leads.csv.gz").write_bytes(gzip.compress(LEADS.encode())[:length])
    with pytest.raises(SourceError, match=r"leads\.csv\.gz must be a whole gzip file, but cannot be unpacked"):
        load_sqlite()
