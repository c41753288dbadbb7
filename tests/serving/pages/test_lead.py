from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from configs.settings import load_settings
from crm_core.events import upsert_rows
from crm_core.overrides import current_overrides
from crm_core.receipts import Receipt, write_receipts
from features.on_demand import BUDGET_MISFIT, SIZE_MISFIT
from scoring.artefact import Artefact
from scoring.errors import UnknownVersionError
from serving.pages.old_models import OldModels
from tests.serving import fakes
from tests.serving.pages.conftest import Pages, token_of, words_of
from tests.serving.pages.firm import LEARNT_AT

pytestmark = pytest.mark.slow


def test_a_lead_is_shown_with_score_record_timeline_and_talk_track(pages: Pages) -> None:
    page = pages.get("/lead?id=L1", "rep")
    words = words_of(page)
    for part in ("Needs analysis", "¥10,000.00", "13800138000", "Li Na", "budget is &lt;i&gt;limited", "Web site"):
        assert part in words, part
    assert "Which problem costs you most today" in words
    assert "No score of this lead has been given by call yet" in words


def test_the_range_stands_beside_the_score(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    champion = pages.service.champions.get("win")
    assert champion is not None
    table = {"edges": [], "low": [-1.0], "high": [1.0], "count": [50]}
    monkeypatch.setitem(champion.artefact.reference, "ranges", table)
    assert "what became of 50 closed leads" in words_of(pages.get("/lead?id=L1", "rep"))


def test_a_lead_whose_customer_owes_too_much_is_not_ready_to_sign(pages: Pages) -> None:
    assert "Not ready to sign" not in words_of(pages.get("/lead?id=L1", "rep"))
    due = (fakes.NOW - timedelta(days=20)).date().isoformat()
    owed = [{"invoice_id": key, "customer_id": "C1", "amount": "150.00", "due_on": due} for key in ("I1", "I2")]
    _, faults = upsert_rows(pages.engine, "receivables", owed, load_settings(), LEARNT_AT)
    assert not faults
    told = words_of(pages.get("/lead?id=L1", "rep"))
    assert "Not ready to sign: 2 overdue receivables (CNY 300.00), credit is held from 2 on" in told
    assert "Not ready to sign" not in words_of(pages.get("/lead?id=a%2Fb%3Fc", "rep"))


@pytest.mark.parametrize(
    ("code", "en", "zh"),
    [
        (
            SIZE_MISFIT,
            "2 employees are far outside the product's target firms (fit 0.00)",
            "企业2人，远离产品目标客户规模",
        ),
        (BUDGET_MISFIT, "The budget is 5.0% of the expected amount, less than 10%", "预算仅为预计金额的5.0%"),
    ],
)
def test_what_the_pre_screen_refuses_is_said_in_words(pages: Pages, code: str, en: str, zh: str) -> None:
    facts = {"employee_count": 2.0} if code == SIZE_MISFIT else {"expected_amount": 1_000.0, "budget": 50.0}
    vector = fakes.FakeVector("L1", fakes.lead_values(15.0, prescreen=code, **facts))
    pages.service.reader.vectors["leads", "L1"] = vector
    told = pages.get("/lead?id=L1", "rep").replace("&#39;", "'")
    assert en in words_of(told)
    assert code not in told
    assert zh in words_of(pages.get("/lead?id=L1", "rep", **{"accept-language": "zh"}))


def test_another_reps_lead_is_404_and_reads_like_none(pages: Pages) -> None:
    for role, own, other in (("rep", "L1", "L2"), ("manager", "L3", "L2"), ("manager", "L1", "L4")):
        assert pages.status(f"/lead?id={own}", role) == 200
        foreign, unknown = (pages.signed_in(role).get(f"/lead?id={lead}") for lead in (other, "nothing"))
        assert (foreign.status_code, foreign.text) == (unknown.status_code, unknown.text)
        assert foreign.status_code == 404


def test_an_id_may_hold_anything(pages: Pages) -> None:
    assert "Odd Id GmbH" in pages.get("/lead?id=a%2Fb%3Fc", "rep")
    assert pages.status("/lead?id=%27%20OR%201%3D1%20--", "rep") == 404
    assert pages.status("/lead", "rep") == 404


def test_a_closed_lead_has_no_score_and_says_so(pages: Pages) -> None:
    assert "has no score" in pages.get("/lead?id=L6", "rep")


def test_looking_leaves_no_receipt_and_asking_for_one_does(pages: Pages) -> None:
    pages.get("/lead?id=L1", "rep")
    assert pages.service.stored == {}
    answer = pages.post("/lead/score", "rep", id="L1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/lead?id=L1#receipts")
    pages.service.receipts.close()
    assert [receipt.entity_id for receipt in pages.service.stored.values()] == ["L1"]


def test_nobody_scores_anothers_lead(pages: Pages) -> None:
    assert pages.post("/lead/score", "rep", id="L2").status_code == 404
    assert pages.post("/lead/score", "rep", id="nothing").status_code == 404


def test_a_person_puts_an_own_number_beside_the_models(pages: Pages) -> None:
    answer = pages.post("/lead/override", "rep", id="L1", percent="90", reason="verbal <b>commitment")
    assert (answer.status_code, answer.headers["location"]) == (303, "/lead?id=L1#override")
    words = words_of(pages.get("/lead?id=L1", "manager"))
    assert "rep says 90%; the model says" in words
    assert "verbal &lt;b&gt;commitment" in words
    assert "rep says 90%" in words_of(pages.get("/leads", "rep"))
    pages.post("/lead/override", "manager", id="L1", action="take_back", reason="lost the budget")
    words = words_of(pages.get("/lead?id=L1", "rep"))
    assert "rep says 90%" not in words
    assert "lost the budget" in words


def test_nobody_overrides_anothers_lead_nor_an_analyst_any(pages: Pages) -> None:
    fields = {"percent": "90", "reason": "because"}
    assert pages.post("/lead/override", "rep", id="L2", **fields).status_code == 404
    assert pages.post("/lead/override", "manager", id="L4", **fields).status_code == 404
    assert pages.post("/lead/override", "analyst", id="L1", **fields).status_code == 403
    assert "/lead/override" not in pages.get("/lead?id=L1", "analyst")
    assert current_overrides(pages.engine) == {}


@pytest.mark.parametrize("fields", [{"percent": "101"}, {"percent": "soon"}, {"percent": ""}, {"reason": " "}])
def test_an_override_that_breaks_a_rule_is_refused(pages: Pages, fields: dict[str, str]) -> None:
    answer = pages.post("/lead/override", "rep", **{"id": "L1", "percent": "50", "reason": "because", **fields})
    assert answer.status_code == 422
    assert current_overrides(pages.engine) == {}


def test_an_override_needs_a_form_of_ours(pages: Pages) -> None:
    fields = {"id": "L1", "percent": "50", "reason": "because"}
    client = pages.signed_in("rep")
    assert client.post("/lead/override", data=fields).status_code == 400
    token = {"csrf_token": token_of(client.get("/today").text)}
    foreign = client.post("/lead/override", data={**fields, **token}, headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 400
    assert current_overrides(pages.engine) == {}


def given(pages: Pages, age_days: float, at: datetime, version: int, offset: float) -> None:
    """A receipt of L1 at an age, by a version of the model whose log-odds are moved by the offset."""
    values = {**pages.service.reader.vectors["leads", "L1"].values, "age_days": age_days}
    model = fakes.artefact("win", offset)
    probability = float(model.predict(model.encode_row(values))[0])
    receipt = Receipt(
        f"p{version}", "lead", "L1", "win", str(version), values, {"win_probability": probability}, [], at, at, at,
        is_degraded=False,
    )  # fmt: skip
    write_receipts(pages.engine, [receipt])


class OneOldVersion:
    """Version 2 of the win model; no other can be had."""

    def load(self, _: str, version: int) -> Artefact:
        if version != 2:
            raise UnknownVersionError(f"Version must be 2, but got {version}.")
        return fakes.artefact("win", -1.0)


def test_each_change_of_the_score_is_split(pages: Pages) -> None:
    desk = pages.service.runtime.pages
    assert desk is not None
    desk.old_models = OldModels(desk.champions, OneOldVersion())
    given(pages, 80, fakes.NOW - timedelta(days=9), 1, -2.0)
    given(pages, 30, fakes.NOW - timedelta(days=5), 2, -1.0)
    given(pages, 80, fakes.NOW, 3, 0.0)
    words = words_of(pages.get("/lead?id=L1", "rep"))
    number = r"([+−][\d.]+)"
    split = rf"Of {number} points: \+0\.0 from what was done and entered, {number} from time that passed, {number}"
    found = re.findall(split, words)
    assert len(found) == 1
    total, passed, model = (float(one.replace("−", "-")) for one in found[0])
    assert passed < -50
    assert model > 0
    assert total == pytest.approx(passed + model, abs=0.2)
    assert "How the change divides cannot be told any more" in words  # from version 1, which is gone, to version 2
    assert "个百分点：跟进与录入 +0.0" in words_of(pages.get("/lead?id=L1", "rep", **{"accept-language": "zh"}))
