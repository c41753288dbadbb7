"""Bodies made from our own OpenAPI document: whatever is sent, nothing is answered with 500, and always in one form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from configs.settings import load_settings
from serving.operations import API, Operation
from serving.schemas import ErrorAnswer
from tests.crm_core.conftest import open_migrated
from tests.serving.conftest import Service
from tests.serving.json_schemas import body_of

POSTS = [operation for operation in API if operation.body]
GETS = [operation for operation in API if not operation.body and "commission" not in operation.path]
RUNS = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)
FEW, MANY = settings(RUNS, max_examples=60), settings(RUNS, max_examples=500)
ANSWERED = {200, 400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder: Path = tmp_path_factory.mktemp("fuzz")
    with open_migrated("sqlite", folder) as engine:
        made = Service(load_settings(), engine=engine, rules={"rate_per_second": 1e6, "rate_burst": 1e6})
        made.runtime.start()
        yield made
        made.runtime.close()


def bodies(service: Service, operation: Operation) -> st.SearchStrategy[Any]:
    document = service.request("GET", "/docs.json", key=None).json()
    content = document["paths"][operation.path]["post"]["requestBody"]["content"]["application/json"]
    return body_of(content["schema"], document["components"]["schemas"])


def check(answer: Any) -> None:
    assert answer.status_code in ANSWERED, answer.text
    if answer.status_code != 200:
        ErrorAnswer.model_validate_json(answer.content)


def post_examples(service: Service, operation: Operation, rules: settings) -> None:
    @rules
    @given(bodies(service, operation))
    def example(body: Any) -> None:
        check(service.post(operation.path, body, key="admin-key"))

    example()


def get_examples(service: Service, operation: Operation, rules: settings) -> None:
    values = st.text(max_size=20) | st.integers().map(str) | st.sampled_from(["L1", "0", "-1", "%00", "1e9"])
    names = st.sampled_from([*(parameter.name for parameter in operation.parameters), "surprise"])

    @rules
    @given(st.dictionaries(names, values, max_size=3), st.text("abcDEF019-_.%", min_size=1, max_size=30))
    def example(query: dict[str, str], segment: str) -> None:
        path = operation.path.replace("{prediction_id}", segment)
        check(service.request("GET", path, key="admin-key", params=query))

    example()


@pytest.mark.parametrize("operation", POSTS, ids=lambda one: one.path)
def test_no_body_gives_an_error_of_ours(service: Service, operation: Operation) -> None:
    post_examples(service, operation, FEW)


@pytest.mark.parametrize("operation", GETS, ids=lambda one: one.path)
def test_no_query_gives_an_error_of_ours(service: Service, operation: Operation) -> None:
    get_examples(service, operation, FEW)


@pytest.mark.slow
@pytest.mark.parametrize("operation", POSTS, ids=lambda one: one.path)
def test_none_of_five_hundred_bodies_gives_an_error_of_ours(service: Service, operation: Operation) -> None:
    post_examples(service, operation, MANY)


@pytest.mark.slow
@pytest.mark.parametrize("operation", GETS, ids=lambda one: one.path)
def test_none_of_five_hundred_queries_gives_an_error_of_ours(service: Service, operation: Operation) -> None:
    get_examples(service, operation, MANY)
