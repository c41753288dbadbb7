from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pyarrow as pa
import pytest

import serving.pages
from configs.settings import load_settings
from crm_core.bi.explore import TABLES
from crm_core.bi.stages import keep_stages
from serving.pages.library import LIBRARY, library_url
from tests.serving.pages.conftest import Pages, words_of

pytestmark = pytest.mark.slow

VENDOR = Path(serving.pages.__file__).parent / "vendor" / "perspective"


@pytest.fixture
def own(pages: Pages) -> Pages:
    keep_stages(pages.engine, load_settings().funnel)
    return pages


def table(pages: Pages, name: str, role: str = "admin", language: str = "en") -> pa.Table:
    answer = pages.signed_in(role).get(f"/explore/data?table={name}", headers={"accept-language": language})
    assert answer.status_code == 200, answer.text
    return pa.ipc.open_stream(answer.content).read_all()


def test_the_kept_files_are_those_that_were_published() -> None:
    told = dict(
        re.findall(r"^\| (\S+) \| @perspective-dev/[\w-]+ \| (\w{64}) \|", (VENDOR / "README.md").read_text(), re.M)
    )
    there = {
        str(file.relative_to(VENDOR)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in VENDOR.glob("*/dist/*/*")
    }
    assert told == there
    assert len(there) == len(LIBRARY.files) == 8
    assert sum(file.stat().st_size for file in LIBRARY.files.values()) < 5_000_000
    assert (VENDOR / "LICENSE.md").read_text().startswith("# Apache License")


def test_the_library_is_linked_on_its_own_page_alone(own: Pages) -> None:
    assert library_url() in own.get("/explore")
    assert library_url() not in own.get("/today")


def test_only_its_own_page_lets_it_run_and_still_without_eval(own: Pages) -> None:
    policy = own.signed_in("admin").get("/explore").headers["content-security-policy"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy
    assert "'unsafe-eval'" not in policy
    assert "connect-src 'self'" in policy
    assert "http" not in policy
    assert "wasm" not in own.signed_in("admin").get("/today").headers["content-security-policy"]


def test_its_files_are_kept_for_good_under_their_digest(own: Pages) -> None:
    client = own.signed_in("rep")
    wasm = client.get(f"{library_url()}/server/dist/wasm/perspective-server.wasm")
    assert wasm.headers["content-type"] == "application/wasm"
    assert wasm.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert len(wasm.content) > 1_000_000
    assert client.get(f"{library_url()}/server/dist/wasm/nothing.wasm").status_code == 404
    assert client.get("/explore/library/000000000000/viewer/dist/css/pro.css").status_code == 404
    assert client.get(f"{library_url()}/../dist/wasm/x.wasm").status_code == 404


@pytest.mark.parametrize("name", TABLES)
def test_a_table_comes_as_arrow_with_names_in_the_readers_language(own: Pages, name: str) -> None:
    english, chinese = table(own, name), table(own, name, language="zh-CN")
    assert english.num_columns == chinese.num_columns
    assert not [column for column in english.column_names if re.search("[\u4e00-\u9fff]", column)]
    assert [column for column in chinese.column_names if not re.search("[\u4e00-\u9fff]", column)] == []
    assert len(set(chinese.column_names)) == chinese.num_columns


def test_the_stream_is_small_and_says_how_many_rows_there_are(make_pages: Callable[..., Pages]) -> None:
    pages = make_pages(explore_rows=4)
    client = pages.signed_in("admin")
    packed = client.get("/explore/data?table=leads", headers={"accept-encoding": "gzip"})
    plain = client.get("/explore/data?table=leads", headers={"accept-encoding": "identity"})
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "accept-encoding")
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content  # the client unpacks it
    found = pa.ipc.open_stream(plain.content).read_all()
    assert (found.num_rows, plain.headers["x-all-rows"]) == (4, "6")
    assert str(found.schema.field("Stage").type).startswith("dictionary<values=string")
    assert found.schema.field("Created").type == pa.timestamp("ms")


def test_each_role_explores_what_it_sees(own: Pages) -> None:
    assert set(table(own, "leads", "rep")["Lead"].to_pylist()) == {"L1", "L6", "a/b?c"}
    assert set(table(own, "leads", "manager")["Lead"].to_pylist()) == {"L1", "L3", "L6", "a/b?c"}
    assert table(own, "leads", "analyst").num_rows == 6
    assert own.client().get("/explore/data?table=leads").status_code == 303


def test_no_table_holds_a_name_or_number_of_a_customer(own: Pages) -> None:
    held = " ".join(str(table(own, name).to_pydict()) for name in TABLES)
    for word in ("13800138000", "Bright Steel", "北方机械"):
        assert word not in held


def test_codes_are_words(own: Pages) -> None:
    assert set(table(own, "leads")["Outcome"].to_pylist()) == {"open", "won"}
    assert set(table(own, "leads", language="zh")["结局"].to_pylist()) == {"未关闭", "赢单"}


@pytest.mark.parametrize("name", TABLES)
def test_the_first_layout_names_columns_of_the_table(own: Pages, name: str) -> None:
    for language in ("en", "zh"):
        page = own.get(f"/explore?table={name}", **{"accept-language": language})
        layout = json.loads(unescape(re.search(r'data-layout="([^"]+)"', page)[1]))  # type: ignore[index]
        named = {*layout["group_by"], *layout["split_by"], *layout["columns"], *layout["aggregates"]}
        assert named <= set(table(own, name, language=language).column_names)


def test_the_same_rows_are_a_file_that_is_safe_from_formulas(own: Pages) -> None:
    answer = own.signed_in("admin").get("/explore.csv?table=leads")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Lead,Created,Stage,Outcome")
    assert len(lines) == 7
    assert own.status("/explore.csv?table=people") == 422
    assert "needs JavaScript" in words_of(own.get("/explore"))
