from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm_core.exchange.open_leads import OpenLead
from serving.exchange_schemas import PriorityAnswer
from tests.serving import fakes
from tests.serving.conftest import Service

PRIORITY = "/v1/priority"
LEADS = [OpenLead(f"L{i}", f"公司{i}", "CNC", "r1" if i < 3 else "r2") for i in range(1, 6)]


@pytest.fixture
def service(start: Callable[..., Service]) -> Service:
    service = start(open_leads=[*LEADS, OpenLead("without_features", None, None, "r1")])
    service.reader.vectors["leads", "L1"].values["credit_hold"] = 1
    service.reader.vectors["leads", "L2"].values["prescreen"] = "budget_too_small"
    return service


def get(service: Service, key: str = "crm-key", **parameters: Any) -> Any:
    return service.request("GET", PRIORITY, key=key, params=parameters)


def test_the_most_valuable_come_first_and_those_who_may_not_be_sold_to_last(service: Service) -> None:
    answer = get(service)
    assert answer.status_code == 200
    read = PriorityAnswer.model_validate_json(answer.content)
    assert (read.total, [lead.priority for lead in read.leads]) == (5, [1, 2, 3, 4, 5])
    values = [lead.expected_value or 0.0 for lead in read.leads[:3]]
    assert values == sorted(values, reverse=True)
    assert {lead.lead_id for lead in read.leads[3:]} == {"L1", "L2"}
    assert [lead.credit_hold for lead in read.leads[:3]] == [False] * 3
    assert read.leads[0].reasons


def test_one_reps_list_has_that_reps_leads_only(service: Service) -> None:
    leads = get(service, rep_id="r2", limit=2).json()
    assert (leads["total"], len(leads["leads"])) == (3, 2)
    assert {lead["rep_id"] for lead in leads["leads"]} == {"r2"}
    assert get(service, rep_id="nobody").json()["leads"] == []


def test_each_lead_tells_whether_its_step_fits_into_the_reps_week(start: Callable[..., Service]) -> None:
    service = start(open_leads=LEADS, left_hours={"r1": 0.5, "r2": 2.0})
    for lead in LEADS:
        service.reader.vectors["leads", lead.lead_id].values["current_stage"] = "contacted"  # its step takes an hour
    answer = PriorityAnswer.model_validate_json(get(service).content)
    assert {lead.step_hours for lead in answer.leads} == {1.0}
    of_r2 = [lead.fits_this_week for lead in answer.leads if lead.rep_id == "r2"]
    assert of_r2 == [True, True, False]
    assert {lead.fits_this_week for lead in answer.leads if lead.rep_id == "r1"} == {False}
    assert (answer.weeks["r2"].left_hours, answer.weeks["r2"].spent_hours) == (2.0, 28.0)


def test_of_a_rep_without_hours_nothing_is_said(service: Service) -> None:
    answer = get(service).json()
    assert {lead["fits_this_week"] for lead in answer["leads"]} == {None}
    assert answer["weeks"] == {}


def test_the_figures_are_those_of_a_score_and_have_a_receipt(service: Service) -> None:
    first = get(service).json()["leads"][0]
    score = service.post("/v1/leads/score", {"lead_ids": [first["lead_id"]]}).json()["scores"][0]
    assert first["win_probability"] == score["win_probability"]
    receipt = service.request("GET", f"/v1/predictions/{first['prediction_id']}")
    assert receipt.json()["entity_id"] == first["lead_id"]


def test_without_a_model_there_is_no_list(start: Callable[..., Service]) -> None:
    answer = get(start(registry=fakes.FakeRegistry({}), open_leads=LEADS))
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "no_model")


@pytest.mark.parametrize("parameters", [{"limit": 0}, {"limit": "x"}, {"rep_id": ""}, {"rep": "r1"}])
def test_a_parameter_that_breaks_a_rule_is_told(service: Service, parameters: dict[str, Any]) -> None:
    assert get(service, **parameters).status_code == 422
