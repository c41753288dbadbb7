from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from crm_core.findings import Finding
from monitoring.errors import PdfError
from monitoring.review import pack as packing
from monitoring.review.decisions import decide
from monitoring.review.pack import ReviewPack, write_pack
from monitoring.review.proposals import propose
from tests.crm_core.funnel.made import AS_OF
from tests.monitoring.review.made import JUNE, MAY, Small, diagnosed, fallen, on

HOSTILE = "<script>alert(1)</script>{{ 7 * 7 }}"


def no_pdf(page: str, path: Path) -> Path:  # noqa: ARG001 (in the place of write_pdf)
    raise PdfError("A PDF needs Pango, which is told here.")


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReviewPack:
    """June, with alarms, a diagnosis, and proposals of May of which one was accepted."""
    monkeypatch.setattr(packing, "write_pdf", no_pdf)
    alarm = {"change": 0.8}
    findings = [
        *(Finding("funnel.stage_stock", "contacted", alarm, on(6, day), f"Up {HOSTILE}", "增") for day in (20, 21)),
        diagnosed(on(6, 21)), diagnosed(on(5, 20), cause="onboarding"),
    ]  # fmt: skip
    may = propose(fallen().facts(findings), MAY)
    findings += [one.to_finding(on(6, 1)) for one in may]
    findings.append(decide(may, may[0].proposal_id, "accepted", on(6, 2), "li.na", HOSTILE))
    return write_pack(fallen().facts(findings), JUNE, tmp_path, tmp_path)


def test_the_page_tells_what_the_figures_hold(written: ReviewPack) -> None:
    page, figures = written.html.read_text("utf-8"), json.loads(written.json.read_text("utf-8"))
    assert figures["totals"]["lost"] == {"now": 30, "before": 10}
    row = next(row for row in figures["stages"] if row["stage"] == "contacted")
    assert (row["conversion"], row["conversion_before"], row["outflow"]) == (0.4, 0.8, 50)
    assert "−40.0" in page
    assert figures["incidents"][0]["alarms"] == 2
    assert figures["incidents"][0]["cause"]["cause"] == "channel_mix_shift"
    assert {one["status"] for one in figures["outcomes"]} == {"accepted", "open"}
    assert any(one["kind"] == "conversion" for one in figures["proposals"])


def test_every_text_stands_in_both_languages_and_is_escaped(written: ReviewPack) -> None:
    page = written.html.read_text("utf-8")
    assert page.count('class="en"') == page.count('class="zh"') > 60
    assert "<script>alert" not in page
    assert "{{ 7 * 7 }}" in page
    assert page.count("<script>") == 1


def test_nothing_is_loaded_from_outside(written: ReviewPack) -> None:
    page = written.html.read_text("utf-8")
    assert not re.search(r"https?://", page)
    assert not re.search(r"\b(src|href)\s*=\s*\"(?!data:)", page)
    assert not re.search(r"url\(|@import", page)
    assert "default-src 'none'" in page


def test_without_a_pdf_the_page_is_written_and_the_reason_told(written: ReviewPack) -> None:
    assert written.html.is_file()
    assert written.pdfs == {}
    assert written.in_words().endswith("A PDF needs Pango, which is told here.")
    assert written.to_json()["pdf_refused"].startswith("A PDF needs Pango")


def test_a_pdf_of_an_earlier_run_does_not_stay_with_other_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "review-2026-06-zh.pdf").write_bytes(b"%PDF of yesterday")
    monkeypatch.setattr(packing, "write_pdf", no_pdf)
    write_pack(fallen().facts(), JUNE, tmp_path, tmp_path)
    assert not (tmp_path / "review-2026-06-zh.pdf").exists()


def test_an_empty_funnel_still_gives_a_pack_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "write_pdf", no_pdf)
    page = write_pack(Small().facts(), JUNE, tmp_path, tmp_path).html.read_text("utf-8")
    for sentence in (
        "asks for a change", "No pack was written for 2026-05", "Nothing alarmed", "No lead came in",
        "No priority list of this period",
    ):  # fmt: skip
        assert sentence in page


def test_the_same_facts_give_the_same_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "write_pdf", no_pdf)
    pages = [write_pack(fallen().facts(), JUNE, tmp_path, tmp_path).html.read_bytes() for _ in range(2)]
    assert pages[0] == pages[1]


def test_what_was_found_after_the_period_is_not_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "write_pdf", no_pdf)
    late = Finding("funnel.stage_stock", "contacted", {"change": 1.0}, AS_OF - timedelta(days=1), "up", "增")
    assert write_pack(fallen().facts([late]), MAY, tmp_path, tmp_path).figures["incidents"] == []
