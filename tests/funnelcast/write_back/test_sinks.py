"""One contract for every sink, against the recorded shape of its API on loopback."""

from __future__ import annotations

import xmlrpc.client
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from configs.sections import WriteBack
from configs.settings import load_settings
from funnelcast.write_back.csv_file import CsvSink
from funnelcast.write_back.errors import SinkSilentError, WriteBackError
from funnelcast.write_back.sink import Sink
from funnelcast.write_back.sinks import named, open_sink
from tests.funnelcast.write_back import crm as crms
from tests.funnelcast.write_back.crm import Crm, running, score

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
FIELDS = {"win_probability": "x_score", "grade": "x_grade", "override": "x_own"}


@dataclass
class Kind:
    """A sink's configuration, its CRM, and a lead id that the CRM refuses."""

    rules: dict[str, Any]
    answer: Callable[[crms.Asked], crms.Reply]
    bad_id: str | None
    ids: tuple[str, str] = ("L1", "L2")


KINDS = {
    "webhook": Kind({"secret_env": "SINK_SECRET"}, crms.webhook, None),
    "dynamics": Kind({"token_env": "SINK_SECRET"}, crms.dynamics, "gone"),
    "hubspot": Kind({"token_env": "SINK_SECRET", "properties": FIELDS}, crms.hubspot, "gone"),
    "salesforce": Kind({"token_env": "SINK_SECRET", "fields": FIELDS}, crms.salesforce, "gone"),
    "odoo": Kind(
        {"password_env": "SINK_SECRET", "database": "d", "user": "u", "fields": FIELDS}, crms.odoo, "404", ("7", "8")
    ),
}


def configured(*sinks: dict[str, Any]) -> WriteBack:
    return WriteBack(**{**load_settings().write_back.model_dump(), "sinks": sinks})


@dataclass
class Opened:
    kind: str
    ids: tuple[str, str]
    bad_id: str | None
    crm: Crm
    sink: Sink


@pytest.fixture(params=KINDS)
def opened(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    kind = KINDS[request.param]
    monkeypatch.setenv("SINK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    with running(Crm(kind.answer)) as crm:
        rules = configured({"name": "one", "kind": request.param, "url": crm.url, **kind.rules})
        sink = open_sink(named(rules, "one"), 2.0, tmp_path, lambda: NOW)
        yield Opened(request.param, kind.ids, kind.bad_id, crm, sink)


def batches(opened: Opened, *ids: str) -> dict[str, str]:
    scores = [score(key) for key in ids]
    refused: dict[str, str] = {}
    for start in range(0, len(scores), opened.sink.max_batch):
        refused |= opened.sink.write(scores[start : start + opened.sink.max_batch])
    return refused


def test_scores_are_taken(opened: Opened) -> None:
    assert batches(opened, *opened.ids) == {}
    assert opened.crm.asked


def test_the_same_scores_again_are_the_same_requests(opened: Opened) -> None:
    batches(opened, *opened.ids)
    first = [(one.method, one.path, one.body) for one in opened.crm.asked]
    opened.crm.asked.clear()
    batches(opened, *opened.ids)
    again = [(one.method, one.path, one.body) for one in opened.crm.asked]
    assert again == first[-len(again) :]


def test_a_refused_lead_is_told_and_the_others_are_taken(opened: Opened) -> None:
    if opened.bad_id is None:  # it takes any lead, or none at all
        opened.crm.next_replies = [(422, {"message": "no"}, {})]
        assert batches(opened, *opened.ids) == dict.fromkeys(opened.ids, "422 no")
        return
    refused = batches(opened, opened.ids[0], opened.bad_id, opened.ids[1])
    assert set(refused) == {opened.bad_id}
    assert refused[opened.bad_id]


@pytest.mark.parametrize("status", [429, 503])
def test_a_crm_that_asks_for_a_pause_is_silent_and_not_a_refusal(opened: Opened, status: int) -> None:
    opened.crm.next_replies = [(status, None, {"retry-after": "7"})]
    with pytest.raises(SinkSilentError) as caught:
        batches(opened, opened.ids[0])
    assert opened.kind == "odoo" or caught.value.pause_seconds == 7


def test_a_crm_that_is_not_there_is_silent(opened: Opened) -> None:
    opened.crm.next_replies = [(500, None, {})]
    with pytest.raises(SinkSilentError, match="must"):
        batches(opened, opened.ids[0])


def test_a_refused_token_ends_the_run(opened: Opened) -> None:
    opened.crm.next_replies = [(401, {"message": "expired"}, {})] if opened.kind != "odoo" else [
        (200, xmlrpc.client.dumps((False,), methodresponse=True).encode(), {"content-type": "text/xml"})
    ]  # fmt: skip
    with pytest.raises(WriteBackError, match="must let us in") as caught:
        batches(opened, opened.ids[0])
    assert not isinstance(caught.value, SinkSilentError)


def test_a_redirect_does_not_carry_the_token_elsewhere(opened: Opened) -> None:
    opened.crm.next_replies = [(302, None, {"location": f"{opened.crm.url}/elsewhere"})]
    try:
        assert batches(opened, opened.ids[0])
    except SinkSilentError:
        assert opened.kind == "odoo"
    assert len(opened.crm.asked) == 1


def test_what_is_sent_has_the_recorded_shape(opened: Opened) -> None:
    batches(opened, *opened.ids)
    asked = opened.crm.asked[-1]
    expected: dict[str, Callable[[], bool]] = {
        "dynamics": lambda: (asked.method, asked.path, asked.content) == (
            "PATCH", "/api/data/v9.0/msdyn_predictivescores(msdyn_entityid='L2',msdyn_entitytype='lead')",
            {"msdyn_score": 42, "msdyn_scoretrend": 3, "msdyn_grade": 1},
        ),
        "hubspot": lambda: (asked.path, asked.content["inputs"][0]) == (
            "/crm/v3/objects/contacts/batch/update",
            {"id": "L1", "properties": {"x_score": "0.42", "x_grade": "B", "x_own": ""}},
        ),
        "salesforce": lambda: (asked.method, asked.path, asked.content["allOrNone"], asked.content["records"][0]) == (
            "PATCH", "/services/data/v60.0/composite/sobjects", False,
            {"attributes": {"type": "Lead"}, "id": "L1", "x_score": 0.42, "x_grade": "B", "x_own": None},
        ),
        "odoo": lambda: xmlrpc.client.loads(asked.body) == (
            ("d", 2, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "crm.lead", "write",
             [[8], {"x_score": 0.42, "x_grade": "B", "x_own": False}]), "execute_kw",
        ),
        "webhook": lambda: asked.headers["webhook-signature"].startswith("v1,")
        and [one["lead_id"] for one in asked.content["scores"]] == ["L1", "L2"],
    }  # fmt: skip
    assert expected[opened.kind](), asked


def test_a_csv_file_keeps_one_row_per_lead_and_no_formula(tmp_path: Path) -> None:
    sink = CsvSink(tmp_path / "out" / "scores.csv")
    assert sink.write([score("L1", 0.1), score("=cmd()", 0.2, reasons="=1+1")]) == {}
    assert sink.write([score("L1", 0.9, override=0.5, override_reason="promised")]) == {}
    lines = (tmp_path / "out" / "scores.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("'=cmd(),0.2")
    assert lines[2].startswith("L1,0.9,B")
    assert lines[2].endswith("0.5,promised")


def test_an_unknown_sink_is_told_with_those_that_there_are() -> None:
    rules = configured({"name": "file", "kind": "csv", "path": "scores.csv"})
    with pytest.raises(WriteBackError, match=r"one of those configured \(file\), but got 'odoo'"):
        named(rules, "odoo")


def test_two_sinks_of_one_name_are_refused() -> None:
    one = {"name": "file", "kind": "csv", "path": "scores.csv"}
    with pytest.raises(ValueError, match="names of their own"):
        configured(one, one)
