from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from crm_core.exchange import Change, publish_all
from tests.crm_core.conftest import open_migrated
from tests.serving.conftest import Service
from tests.serving.fakes import NOW

CHANGES = "/v1/changes"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with open_migrated("sqlite", tmp_path) as engine:
        publish_all(engine, [Change("tag", "customer", f"C{i}", {"tag": "价格导向型"}, NOW) for i in range(5)])
        yield engine


@pytest.fixture
def service(start: Callable[..., Service], engine: Engine) -> Service:
    return start(engine=engine)


def get(service: Service, key: str = "crm-key", **parameters: Any) -> Any:
    return service.request("GET", CHANGES, key=key, params=parameters)


def test_the_feed_is_followed_by_its_cursor(service: Service) -> None:
    first = get(service, limit=3).json()
    assert first["changes"][0] == {
        "cursor": "1", "kind": "tag", "entity": "customer", "entity_id": "C0", "at": NOW.isoformat(),
        "body": {"tag": "价格导向型"},
    }  # fmt: skip
    assert (first["cursor"], first["has_more"]) == ("3", True)
    second = get(service, since=first["cursor"], limit=3).json()
    assert [change["entity_id"] for change in second["changes"]] == ["C3", "C4"]
    assert get(service, since=second["cursor"]).json() == {"changes": [], "cursor": "5", "has_more": False}


@pytest.mark.parametrize(
    ("parameters", "place"),
    [
        ({"since": "x"}, "since"),
        ({"since": -1}, "since"),
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"from": 1}, "from"),
    ],
)
def test_a_parameter_that_breaks_a_rule_is_told(service: Service, parameters: dict[str, Any], place: str) -> None:
    answer = get(service, **parameters)
    assert (answer.status_code, answer.json()["error"]["details"][0]["place"]) == (422, place)


@pytest.mark.parametrize("since", [6, 2**70])
def test_a_cursor_that_the_feed_never_gave_is_refused(service: Service, since: int) -> None:
    answer = get(service, since=since)
    assert answer.status_code == 422
    assert "up to 5" in answer.json()["error"]["message"]


@pytest.mark.parametrize("key", ["manager-key", "rep-key"])
def test_who_may_not_read_the_feed(service: Service, key: str) -> None:
    assert get(service, key=key).status_code == 403
