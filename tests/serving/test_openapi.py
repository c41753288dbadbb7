from __future__ import annotations

from typing import Any

import pytest

from serving.operations import API
from tests.serving.conftest import Service


@pytest.fixture
def document(service: Service) -> dict[str, Any]:
    content: dict[str, Any] = service.request("GET", "/docs.json", key=None).json()
    return content


def test_every_operation_is_documented_with_its_bodies_and_errors(document: dict[str, Any]) -> None:
    for operation in API:
        told = document["paths"][operation.path][operation.method.lower()]
        expected = {"200", "401", "403", "429", "500", "503"}
        expected |= {"400", "408", "413", "415", "422"} if operation.body else set()
        expected |= {"404"} if "{" in operation.path else set()
        expected |= {str(error.http_status) for error in operation.raises}
        assert set(told["responses"]) == expected
        assert told["summary"]
        assert ("requestBody" in told) == (operation.body is not None)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [found for value in node.values() for found in references(value)]
        return [found for value in node for found in references(value)] if isinstance(node, list) else []

    schemas = document["components"]["schemas"]
    found = references(document)
    assert len(found) > 20
    assert all(reference.removeprefix("#/components/schemas/") in schemas for reference in found)


def test_the_limits_are_told(document: dict[str, Any]) -> None:
    request = document["components"]["schemas"]["LeadScoreRequest"]
    for name in ("lead_ids", "leads"):
        (array,) = [part for part in request["properties"][name]["anyOf"] if part["type"] == "array"]
        assert array["maxItems"] == 1000
    assert request["oneOf"] == [{"required": ["lead_ids"]}, {"required": ["leads"]}]


def test_the_key_is_told(document: dict[str, Any]) -> None:
    assert document["security"] == [{"key": []}]
    assert document["components"]["securitySchemes"]["key"] == {"type": "http", "scheme": "bearer"}
