from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm_core.access.people import disable_person, set_password
from serving.pages.cookies import BEFORE_SIGN_IN, SESSION
from tests.serving.pages.conftest import PASSWORD, Pages, sign_in, token_of

pytestmark = pytest.mark.slow


def test_a_stranger_is_led_to_sign_in_and_then_to_where_it_wanted(pages: Pages) -> None:
    client = pages.client()
    answer = client.get("/leads?grade=A")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fleads%3Fgrade%3DA")
    page = client.get(answer.headers["location"]).text
    fields = {"csrf_token": token_of(page), "name": "ADMIN ", "password": PASSWORD, "next": "/leads?grade=A"}
    answer = client.post("/sign-in", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/leads?grade=A")
    assert client.get("/leads?grade=A").status_code == 200


def test_a_program_without_a_key_gets_401_and_no_page(pages: Pages) -> None:
    answer = pages.client(accept="*/*").get("/today")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorised")


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "/v1/x"]
)
def test_nobody_is_led_elsewhere_after_signing_in(pages: Pages, target: str) -> None:
    assert sign_in(pages.client(), "rep", PASSWORD, next=target).headers["location"] == "/today"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(pages: Pages) -> None:
    cookie = sign_in(pages.client(), "rep", PASSWORD).headers["set-cookie"]
    assert all(part in cookie for part in (SESSION, "HttpOnly", "SameSite=lax", "Path=/"))
    assert "Secure" not in cookie
    behind_tls = pages.client(**{"x-forwarded-proto": "https"}).get("/sign-in")
    assert "Secure" in behind_tls.headers["set-cookie"]


def test_a_token_from_before_the_sign_in_opens_nothing(pages: Pages) -> None:
    """Session fixation: what was planted is not taken."""
    client, thief = pages.client(), pages.client()
    for browser in (client, thief):  # the test client keeps a cookie by its domain
        browser.plant(SESSION, "planted")
    sign_in(client, "rep", PASSWORD)
    assert client.cookie(SESSION) != "planted"
    assert thief.get("/today").status_code == 303


def test_an_old_session_ends_at_the_next_sign_in_of_the_browser(pages: Pages) -> None:
    client = pages.signed_in("rep")
    old = client.cookie(SESSION)
    sign_in(client, "rep", PASSWORD)
    assert client.cookie(SESSION) != old
    stale = pages.client()
    stale.plant(SESSION, old or "")
    assert stale.get("/today").status_code == 303


def test_tokens_are_stored_as_hashes_only(pages: Pages) -> None:
    token = pages.signed_in("rep").cookie(SESSION)
    with pages.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT token_sha256 FROM sessions").scalars().all()
        hashes = connection.exec_driver_sql("SELECT password_hash FROM people").scalars().all()
    assert rows
    assert token not in rows
    assert all(one.startswith("$argon2id$") and PASSWORD not in one for one in hashes)


def test_signing_out_ends_the_session_on_the_server(pages: Pages) -> None:
    client = pages.signed_in("rep")
    token = client.cookie(SESSION)
    assert pages.post("/sign-out", "rep").status_code == 303
    thief = pages.client()
    thief.plant(SESSION, token or "")
    assert thief.get("/today").status_code == 303


@pytest.mark.parametrize(
    "act", [disable_person, lambda *given: set_password(given[0], given[1], "another long word", given[2])]
)
def test_who_is_disabled_or_has_a_new_password_is_out_at_once(pages: Pages, act: Callable[..., Any]) -> None:
    client = pages.signed_in("rep")
    act(pages.engine, "rep", datetime.now(UTC))
    assert client.get("/today").status_code == 303


@pytest.mark.parametrize(("column", "age"), [("seen_at", timedelta(minutes=121)), ("expires_at", timedelta(seconds=1))])
def test_sessions_end_when_idle_and_at_the_latest_after_a_day_of_work(
    pages: Pages, column: str, age: timedelta
) -> None:
    client = pages.signed_in("rep")
    then = (datetime.now(UTC) - age).strftime("%Y-%m-%d %H:%M:%S.%f")
    with pages.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE sessions SET {column} = ?", (then,))
    assert client.get("/today").status_code == 303


def test_wrong_name_and_wrong_password_read_the_same(pages: Pages) -> None:
    pages_seen = {sign_in(pages.client(), name, "wrong").text for name in ("rep", "nobody")}
    told = {text.replace("nobody", "rep").split('role="alert"')[1].split("</p>")[0] for text in pages_seen}
    assert len(told) == 1
    assert "not right" in told.pop()


def test_after_five_failures_even_the_right_password_has_to_wait(pages: Pages) -> None:
    answers = [sign_in(pages.client(), "rep", "wrong").status_code for _ in range(5)]
    assert answers == [422] * 5
    answer = sign_in(pages.client(), "rep", PASSWORD)
    assert (answer.status_code, int(answer.headers["retry-after"])) == (429, 2)
    assert sign_in(pages.client(), "manager", PASSWORD).status_code == 303, "another name is not touched"


def test_an_address_that_tries_many_names_has_to_wait(make_pages: Callable[..., Pages]) -> None:
    pages = make_pages(address_factor=1)
    for number in range(5):
        sign_in(pages.client(), f"name{number}", "wrong")
    assert sign_in(pages.client(), "rep", PASSWORD).status_code == 429


def test_a_forged_forwarded_address_is_no_way_around_the_wait(make_pages: Callable[..., Pages]) -> None:
    pages = make_pages(address_factor=1)
    for number in range(5):
        sign_in(pages.client(**{"x-forwarded-for": f"10.0.0.{number}"}), f"name{number}", "wrong")
    assert sign_in(pages.client(**{"x-forwarded-for": "10.9.9.9"}), "rep", PASSWORD).status_code == 429


@pytest.mark.parametrize("fields", [{}, {"csrf_token": "0" * 64}])
def test_a_sign_in_that_another_site_made_up_is_refused(pages: Pages, fields: dict[str, str]) -> None:
    client = pages.client()
    client.get("/sign-in")
    assert client.cookie(BEFORE_SIGN_IN)
    answer = client.post("/sign-in", data={**fields, "name": "rep", "password": PASSWORD})
    assert answer.status_code == 400
    assert client.cookie(SESSION) is None


def test_a_form_from_elsewhere_is_refused_whatever_it_carries(pages: Pages) -> None:
    client = pages.signed_in("rep")
    token = token_of(client.get("/today").text)
    for headers, fields in (
        ({}, {"name": "x"}),
        ({}, {"csrf_token": "x"}),
        ({"sec-fetch-site": "cross-site"}, {"csrf_token": token}),
    ):
        assert client.post("/sign-out", data=fields, headers=headers).status_code == 400
    assert client.get("/today").status_code == 200


def test_a_cookie_opens_no_route_of_the_api(pages: Pages) -> None:
    client = pages.signed_in("admin")
    for method, path in (("GET", "/v1/priority"), ("POST", "/v1/events"), ("POST", "/v1/leads/score")):
        assert client.request(method, path, json={}).status_code == 401


@pytest.mark.parametrize(("accepted", "language"), [("zh-CN,zh;q=0.9", "zh-CN"), ("de,en;q=0.5", "en"), ("", "en")])
def test_the_browsers_language_is_the_first_choice(pages: Pages, accepted: str, language: str) -> None:
    assert f'<html lang="{language}"' in pages.client(**{"accept-language": accepted}).get("/sign-in").text


def test_a_choice_of_language_and_colours_is_remembered(pages: Pages) -> None:
    client = pages.client()
    for choice in ("language=zh", "theme=dark"):
        answer = client.get(f"/preferences?{choice}&back=/sign-in")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert '<html lang="zh-CN" data-theme="dark">' in client.get("/sign-in").text
    assert client.get("/preferences?language=xx&back=https://evil.example").headers["location"] == "/today"
    assert '<html lang="zh-CN"' in client.get("/sign-in").text
