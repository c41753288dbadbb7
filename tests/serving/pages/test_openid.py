"""Signing in by a real OpenID provider on loopback, and every way in which it must fail."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from configs.sections import OpenIdProvider, SignIn
from configs.settings import PROJECT_FOLDER, load_settings
from crm_core.access.people import create_person, disable_person
from serving.pages import cookies
from serving.pages.openid import provider as provider_file
from serving.pages.openid.provider import Provider as Client
from tests.serving.fakes import NOW
from tests.serving.pages.browser import Browser
from tests.serving.pages.conftest import PASSWORD, Pages, sign_in, words_of
from tests.serving.pages.openid_provider import CLIENT, SECRET, Provider, new_key, running

pytestmark = pytest.mark.slow

RETURN = "http://127.0.0.1:3000/sign-in/openid/return"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running(Provider()) as found:
        yield found


@dataclass
class World:
    """Pages with a provider, and what a person does there."""

    pages: Pages
    provider: Provider

    def begin(self, client: Browser, next_page: str = "/funnel") -> Any:
        return client.get(f"/sign-in/openid?next={next_page}")

    def at_provider(self, answer: Any) -> str:
        """The path at which the browser comes back to us."""
        assert answer.status_code == 303, answer.text
        location = httpx.get(answer.headers["location"]).headers["location"]
        parts = urlsplit(location)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == RETURN
        return f"{parts.path}?{parts.query}"

    def sign_in(self, client: Browser, next_page: str = "/funnel") -> Any:
        return client.get(self.at_provider(self.begin(client, next_page)))


@pytest.fixture
def world(pages: Pages, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    desk = pages.service.runtime.pages
    assert desk is not None
    desk.openid = Client(rules(provider.url))
    return World(pages, provider)


def rules(issuer: str, **changes: Any) -> OpenIdProvider:
    told = {
        "name": "企业微信", "issuer": issuer, "client_id": CLIENT, "client_secret_env": "OIDC_SECRET",
        "redirect_url": RETURN, "scopes": ["openid", "email"], "claim": "email", "claim_prefix_removed": "",
        "needs_verified_email": True, "timeout_seconds": 5, "clock_skew_seconds": 5,
    }  # fmt: skip
    return OpenIdProvider(**{**told, **changes})


def refused(answer: Any) -> bool:
    return answer.status_code == 422 and "nobody here has that name" in words_of(answer.text)


def test_every_key_is_documented() -> None:
    doc = (PROJECT_FOLDER / "docs" / "sign-in.md").read_text(encoding="utf-8")
    keys = {*OpenIdProvider.model_fields, *SignIn.model_fields} - {"openid"}
    assert {key for key in keys if f"| `{key}` |" not in doc} == set()


def test_off_by_default_there_is_no_button_and_no_way(pages: Pages) -> None:
    assert load_settings().sign_in.openid is None
    assert "/sign-in/openid" not in pages.client().get("/sign-in").text
    assert pages.client().get("/sign-in/openid").status_code == 404
    assert pages.client().get("/sign-in/openid/return?code=x&state=y").status_code == 404


def test_a_person_signs_in_and_goes_on_where_it_was(world: World) -> None:
    client = world.pages.client()
    assert "Sign in with 企业微信" in words_of(client.get("/sign-in?next=/funnel").text)
    answer = world.sign_in(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/funnel")
    assert client.get("/settings").status_code == 200  # as the admin of that name
    assert client.cookie(cookies.OPENID) is None
    session = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(cookies.SESSION))
    assert "httponly" in session.lower()
    assert "samesite=lax" in session.lower()


def test_the_provider_is_asked_by_the_standard(world: World) -> None:
    answer = world.begin(world.pages.client())
    query = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    assert {name: query[name] for name in ("response_type", "client_id", "redirect_uri", "scope")} == {
        "response_type": "code", "client_id": CLIENT, "redirect_uri": RETURN, "scope": "openid email",
    }  # fmt: skip
    assert query["code_challenge_method"] == "S256"
    assert min(len(query[name]) for name in ("state", "nonce", "code_challenge")) == 43
    assert query["state"] != parse_qs(urlsplit(world.begin(world.pages.client()).headers["location"]).query)["state"][0]


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "stranger"},
        {"email": None},
        {"email": ["admin"]},
        {"email_verified": False},
        {"email_verified": "true"},
        {"nonce": "of another"},
        {"nonce": None},
        {"aud": "somebody else"},
        {"aud": [CLIENT, "other"]},
        {"iss": "https://elsewhere.example"},
        {"exp": int(time.time()) - 600},
        {"exp": None},
        {"iat": int(time.time()) + 86_400},  # made when tests are collected, maybe long before they run
        {"sub": None},
    ],
)
def test_a_token_that_is_not_good_lets_nobody_in(world: World, claims: dict[str, Any]) -> None:
    world.provider.claims |= claims
    client = world.pages.client()
    assert refused(world.sign_in(client))
    assert client.cookie(cookies.SESSION) is None


def test_several_audiences_are_good_where_the_token_is_authorised_for_us(world: World) -> None:
    world.provider.claims |= {"aud": [CLIENT, "other"], "azp": CLIENT}
    assert world.sign_in(world.pages.client()).status_code == 303


def test_a_token_signed_by_another_key_or_by_our_secret_lets_nobody_in(world: World) -> None:
    world.provider.signing = new_key(2)
    assert refused(world.sign_in(world.pages.client()))
    world.provider.signing, world.provider.algorithm = "x" * 64, "HS256"
    assert refused(world.sign_in(world.pages.client()))
    world.provider.signing, world.provider.algorithm = None, "none"
    assert refused(world.sign_in(world.pages.client()))


def test_a_key_that_came_after_we_asked_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.sign_in(world.pages.client()).status_code == 303
    world.provider.published = {"one": new_key(1), "two": new_key(2)}
    world.provider.key_id, world.provider.signing = "two", new_key(2)
    assert refused(world.sign_in(world.pages.client()))  # asked a moment ago: not at a stranger's will
    monkeypatch.setattr(provider_file, "LEAST_SECONDS_BETWEEN_KEYS", 0.0001)
    assert world.sign_in(world.pages.client()).status_code == 303
    assert world.provider.asked.count("/.well-known/openid-configuration") == 1


def test_what_comes_back_must_belong_to_the_sign_in_of_this_browser(world: World) -> None:
    mine, other = world.pages.client(), world.pages.client()
    back = world.at_provider(world.begin(mine))
    world.begin(other)
    assert refused(other.get(back))  # another's state
    assert refused(world.pages.client().get(back))  # no sign-in begun
    assert refused(mine.get("/sign-in/openid/return?code=x"))
    assert refused(mine.get(back))  # the failure before ended the attempt


def test_a_code_is_worth_one_sign_in(world: World) -> None:
    client = world.pages.client()
    back = world.at_provider(world.begin(client))
    kept = client.cookie(cookies.OPENID)
    assert client.get(back).status_code == 303
    assert kept is not None
    thief = world.pages.client()
    thief.plant(cookies.OPENID, kept)
    assert refused(thief.get(back))


def test_a_sign_in_that_takes_too_long_has_to_begin_anew(world: World) -> None:
    desk = world.pages.service.runtime.pages
    assert desk is not None
    late = desk.settings.sign_in.model_copy(update={"attempt_minutes": -1})
    back = world.at_provider(world.begin(client := world.pages.client()))
    desk.settings = desk.settings.model_copy(update={"sign_in": late})
    assert refused(client.get(back))


def test_a_person_who_is_disabled_stays_out_and_one_of_a_prefix_comes_in(world: World) -> None:
    create_person(world.pages.engine, "li.na", "analyst", PASSWORD, NOW)
    world.provider.claims = {"upn": "CORP\\Li.Na"}
    desk = world.pages.service.runtime.pages
    assert desk is not None
    desk.openid = Client(rules(world.provider.url, claim="upn", claim_prefix_removed="CORP\\"))
    client = world.pages.client()
    assert world.sign_in(client, "/today").status_code == 303
    assert "li.na" in words_of(client.get("/today").text)
    disable_person(world.pages.engine, "li.na", NOW)
    assert client.get("/today").status_code == 303
    assert refused(world.sign_in(world.pages.client()))


def test_the_session_the_browser_came_with_ends(world: World) -> None:
    client = world.pages.client()
    sign_in(client, "rep", PASSWORD)
    before = client.cookie(cookies.SESSION)
    assert world.sign_in(client).status_code == 303
    assert client.cookie(cookies.SESSION) != before
    old = world.pages.client()
    old.plant(cookies.SESSION, str(before))
    assert old.get("/today").status_code == 303


def test_nobody_is_led_elsewhere_afterwards(world: World) -> None:
    answer = world.sign_in(world.pages.client(), "https://evil.example/")
    assert answer.headers["location"] == "/today"


def test_another_site_cannot_begin_it_and_an_error_of_the_provider_is_told(world: World) -> None:
    client = world.pages.client()
    assert refused(client.get("/sign-in/openid", headers={"sec-fetch-site": "cross-site"}))
    state = parse_qs(urlsplit(world.begin(client).headers["location"]).query)["state"][0]
    assert refused(client.get(f"/sign-in/openid/return?error=access_denied&state={state}"))


@pytest.mark.parametrize(
    "discovery",
    [{"issuer": "https://elsewhere.example"}, {"authorization_endpoint": "ftp://x"}, {"authorization_endpoint": None}],
)
def test_a_provider_that_is_not_what_it_should_be_is_not_followed(world: World, discovery: dict[str, Any]) -> None:
    world.provider.discovery = discovery
    assert refused(world.begin(world.pages.client()))


def test_a_provider_that_does_not_answer_leaves_the_password(world: World) -> None:
    world.provider.status = 500
    client = world.pages.client()
    assert refused(world.begin(client))
    assert sign_in(client, "rep", PASSWORD).status_code == 303


def test_a_secret_that_is_not_set_is_told_in_the_log_alone(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("OIDC_SECRET")
    answer = world.sign_in(world.pages.client())
    assert refused(answer)
    assert "OIDC_SECRET" not in answer.text
    assert any("OIDC_SECRET" in str(record.__dict__.get("fields")) for record in caplog.records)


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "http://login.example.com"},
        {"redirect_url": "ftp://x"},
        {"scopes": ["email"]},
        {"issuer": "https://x?y=1"},
    ],
)
def test_an_unsafe_configuration_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        rules(**{"issuer": "https://login.example.com", **changes})
