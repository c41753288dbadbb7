"""The service with its pages over a small real database: two teams, three reps, a few leads and customers."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from configs.settings import Settings
from crm_core.access import create_key, find_key, passwords
from crm_core.access.people import create_person
from crm_core.database import open_database
from crm_core.findings import Finding, record_findings
from serving.champion import ChampionHolder
from serving.clock import Clock
from serving.pages import snapshot
from serving.pages.desk import Desk
from serving.vectors import VectorSource
from tests.crm_core.conftest import open_migrated
from tests.serving import fakes
from tests.serving.conftest import Service
from tests.serving.pages.browser import Browser
from tests.serving.pages.firm import fill

PASSWORD = "a long enough word"
PEOPLE: dict[str, dict[str, Any]] = {
    "admin": {},
    "manager": {"teams": ["north"]},
    "rep": {"rep_id": "r1"},
    "analyst": {},
}


@dataclass
class Pages:
    """A running application, and clients that hold a session of each role."""

    service: Service
    engine: Any
    clients: dict[str, Browser] = field(default_factory=dict)

    def client(self, **headers: str) -> Browser:
        """A browser that has not signed in."""
        told = {"accept": "text/html", "accept-language": "en", **headers}
        return Browser(self.service.app, **told)

    def signed_in(self, role: str) -> Browser:
        """A browser in which the person of this role has signed in."""
        if role not in self.clients:
            self.clients[role] = self.client()
            answer = sign_in(self.clients[role], role, PASSWORD)
            assert answer.status_code == 303, answer.text
        return self.clients[role]

    def get(self, path: str, role: str = "admin", **headers: str) -> str:
        """The page as text; it must answer 200."""
        answer = self.signed_in(role).get(path, headers=headers)
        assert answer.status_code == 200, (answer.status_code, answer.text[:2000])
        return answer.text

    def status(self, path: str, role: str = "admin") -> int:
        return self.signed_in(role).get(path).status_code

    def post(self, path: str, role: str = "admin", **fields: str) -> Any:
        """A form of a page of the session."""
        client = self.signed_in(role)
        return client.post(path, data={"csrf_token": token_of(client.get("/today").text), **fields})


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="(\w+)"', page)
    assert found, page[:500]
    return found[1]


def sign_in(client: Browser, name: str, password: str, **fields: str) -> Any:
    """What a person does: open the page, fill it, send it."""
    token = token_of(client.get("/sign-in").text)
    return client.post("/sign-in", data={"csrf_token": token, "name": name, "password": password, **fields})


def words_of(page: str) -> str:
    """The text that a reader sees."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).strip()


@pytest.fixture(scope="session")
def cheap_hashes() -> Iterator[None]:
    """argon2 as weak as it gets: its strength is argon2-cffi's, and a sign-in of a test need not take half a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def firm_file(tmp_path_factory: pytest.TempPathFactory, cheap_hashes: None) -> Path:  # noqa: ARG001
    """A database that holds the firm and its people, made once."""
    folder = tmp_path_factory.mktemp("firm")
    with open_migrated("sqlite", folder) as engine:
        fill(engine)
        for role, binding in PEOPLE.items():
            create_person(engine, role, role, PASSWORD, datetime.now(UTC), **binding)
        return Path(str(engine.url.database))


@pytest.fixture
def opened(firm_file: Path, tmp_path: Path) -> Iterator[Any]:
    engine = open_database(f"sqlite:///{shutil.copy(firm_file, tmp_path / 'firm.db')}")
    yield engine
    engine.dispose()


@pytest.fixture
def make_pages(
    start: Callable[..., Service], opened: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Pages]:
    """Pages with other settings of the section, or other parts; their readers wait however busy the machine is."""
    monkeypatch.setattr(snapshot, "PATIENCE_SECONDS", 60.0)

    def made(**rules: Any) -> Pages:
        service = start()
        own = settings.model_copy(update={"pages": settings.pages.model_copy(update=rules)})
        service.runtime.pages = Desk(
            opened, own, Clock(fakes.NOW), service.champions, VectorSource(service.reader), service.runtime.leads
        )
        return Pages(service, opened)

    return made


@pytest.fixture
def pages(make_pages: Callable[..., Pages]) -> Pages:
    return make_pages()


@pytest.fixture
def no_model(make_pages: Callable[..., Pages]) -> Pages:
    pages = make_pages()
    desk = pages.service.runtime.pages
    assert desk is not None
    desk.champions = ChampionHolder(fakes.FakeRegistry({}), 60)
    return pages


@pytest.fixture
def alarmed(pages: Pages) -> Pages:
    """The funnel alarmed an hour ago, and the diagnosis named a cause."""
    at = fakes.NOW - timedelta(hours=1)
    alarm = {"rule": "stage_stock", "stage": "technical_exchange", "from": 35, "to": 64, "change": 0.83}
    record_findings(
        pages.engine,
        [Finding("funnel.stage_stock", "technical_exchange", alarm, at, "The stock grew <b>.", "存量增长。")],
    )
    return pages


@pytest.fixture
def keys(opened: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Real keys of the API by role."""
    now = datetime.now(UTC)
    monkeypatch.setattr(Service, "_find_key", lambda _, key: find_key(opened, key, datetime.now(UTC)))
    binding: dict[str, Any] = {"rep": {"rep_id": "r1"}, "manager": {"teams": ["north"]}}
    return {role: create_key(opened, role, role, now, **binding.get(role, {})) for role in (*PEOPLE, "crm")}
