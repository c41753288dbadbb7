from __future__ import annotations

import pytest

from serving.pages.assets import assets
from tests.serving.pages.conftest import Pages

pytestmark = pytest.mark.slow


def test_a_page_may_load_and_send_nothing_from_or_to_elsewhere(pages: Pages) -> None:
    headers = pages.signed_in("admin").get("/today").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert headers.get_list("content-security-policy") == [policy]


def test_the_api_keeps_its_own_headers(pages: Pages) -> None:
    headers = pages.client(accept="*/*").get("/v1/priority").headers
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_files_are_kept_for_good_and_only_under_their_own_digest(pages: Pages) -> None:
    client = pages.client()
    for asset in assets().values():
        answer = client.get(asset.url)
        assert (answer.status_code, answer.content) == (200, asset.content)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    stale = client.get("/static/000000000000/style.css")
    assert stale.status_code == 404
    assert "immutable" not in stale.headers["cache-control"]
    assert client.get("/static/x/..%2f..%2fpermissions.py").status_code in (303, 404)


def test_no_page_holds_a_script_or_style_of_its_own(pages: Pages) -> None:
    page = pages.get("/today")
    assert "<style" not in page
    assert " style=" not in page
    assert page.count("<script") == 1
    assert " on" not in page.split("<body>")[1].split("<main")[0].replace(" on ", "")


def test_what_does_not_exist_is_a_page_for_people_and_json_for_programs(pages: Pages) -> None:
    answer = pages.signed_in("rep").get("/nowhere")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert (
        pages.signed_in("rep").get("/nowhere", headers={"accept": "*/*"}).json()["error"]["code"] == "route_not_found"
    )
