from __future__ import annotations

import pytest

from crm_core.findings import Finding
from monitoring.errors import ProposalError
from monitoring.review.decisions import decide, outcomes, recorded
from monitoring.review.measures import Measure
from monitoring.review.proposals import Proposal
from monitoring.texts import Text
from tests.monitoring.review.made import JUNE, Small, fallen, on


def proposal(kind: str = "conversion", period: str = "2026-05") -> Proposal:
    return Proposal(
        period, "contacted", kind, Text("why", "因"), [Text("do", "做")], Measure("conversion", "contacted"), 0.8
    )


def test_the_newest_pack_of_a_period_counts() -> None:
    findings = [
        proposal().to_finding(on(5, 20)), proposal("dwell").to_finding(on(5, 20)), proposal().to_finding(on(6, 2)),
        proposal("dwell", "2026-06").to_finding(on(6, 3)),
    ]  # fmt: skip
    assert [one.proposal_id for one in recorded(findings, "2026-05")] == ["2026-05:contacted:conversion"]
    assert recorded(findings, "2026-04") == []


def test_the_last_decision_is_its_status_and_all_are_kept() -> None:
    known, one = [proposal()], proposal().proposal_id
    steps = [
        decide(known, one, "accepted", on(6, 3), "li", "from Monday"),
        decide(known, one, "done", on(6, 9), "wang"),
    ]
    [found] = recorded([proposal().to_finding(on(6, 1)), *steps], "2026-05")
    assert found.status == "done"
    assert [(step["by"], step["note"]) for step in found.decisions] == [("li", "from Monday"), ("wang", "")]


def test_what_is_no_proposal_or_no_decision_is_refused() -> None:
    with pytest.raises(ProposalError, match="must be one of those recorded"):
        decide([proposal()], "2026-05:contacted:gone", "done", on(6, 3), "li")
    with pytest.raises(ProposalError, match="accepted, rejected, done, but got 'maybe'"):
        decide([proposal()], proposal().proposal_id, "maybe", on(6, 3), "li")


def test_a_proposal_of_the_month_before_is_told_with_its_figure_then_and_now() -> None:
    [one] = outcomes(fallen().facts([proposal().to_finding(on(5, 31))]), JUNE)
    assert (one.before.value, one.now.value, one.verdict) == (pytest.approx(0.8), 0.4, "worse")


def test_a_better_month_is_told_as_better() -> None:
    world = Small()
    world.month(5, 10, 40)
    world.month(6, 40, 10)
    [one] = outcomes(world.facts([proposal().to_finding(on(5, 31))]), JUNE)
    assert one.verdict == "better"


def test_without_a_pack_before_there_is_nothing_to_follow_up() -> None:
    other = Finding("funnel.stage_stock", "contacted", {}, on(5, 20), "up", "增")
    assert outcomes(fallen().facts([other, proposal(period="2026-06").to_finding(on(6, 20))]), JUNE) == []
