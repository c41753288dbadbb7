from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.serving.pages.conftest import Pages, words_of
from tests.serving.pages.test_models import prepared

pytestmark = pytest.mark.slow


def with_packs(pages: Pages, home: Path, *months: str) -> Pages:
    reports = home / "reports"
    reports.mkdir()
    for month in months:
        (reports / f"review-{month}.json").write_text(json.dumps({"proposals": [1, 2], "outcomes": [1]}), "utf-8")
        (reports / f"review-{month}.html").write_text(f"<title>{month}</title>", "utf-8")
    (reports / f"review-{months[0]}-zh.pdf").write_bytes(b"%PDF-1")
    (reports / "secret.html").write_text("secret", "utf-8")
    return prepared(pages, home)


def test_the_newest_month_is_shown_and_the_others_are_listed(pages: Pages, tmp_path: Path) -> None:
    page = with_packs(pages, tmp_path, "2026-04", "2026-05").get("/reviews")
    assert '<iframe class="tall" src="/reviews/page?period=2026-05#en" sandbox="allow-scripts"' in page
    assert page.index("2026-05</a>") < page.index("2026-04</a>")
    assert "period=2026-04&amp;language=zh" in page
    assert "period=2026-05&amp;language=zh" not in page
    assert "period=2026-04#en" in pages.get("/reviews?period=2026-04")


def test_a_pack_runs_in_a_frame_that_reaches_nothing_and_its_pdf_is_a_file(pages: Pages, tmp_path: Path) -> None:
    client = with_packs(pages, tmp_path, "2026-05").signed_in("manager")
    answer = client.get("/reviews/page?period=2026-05")
    assert answer.text == "<title>2026-05</title>"
    assert "sandbox allow-scripts" in answer.headers["content-security-policy"]
    pdf = client.get("/reviews/pdf?period=2026-05&language=zh")
    assert (pdf.content, pdf.headers["content-type"]) == (b"%PDF-1", "application/pdf")
    assert 'filename="review-2026-05-zh.pdf"' in pdf.headers["content-disposition"]


@pytest.mark.parametrize("period", ["2026-07", "../secret", "2026-05/../../secret", ""])
def test_only_files_of_a_month_with_a_pack_are_given(pages: Pages, tmp_path: Path, period: str) -> None:
    client = with_packs(pages, tmp_path, "2026-05").signed_in("manager")
    assert client.get(f"/reviews/page?period={period}").status_code == 404
    assert client.get(f"/reviews/pdf?period={period}&language=en").status_code == 404


def test_without_a_pack_it_says_how_one_is_made(pages: Pages, tmp_path: Path) -> None:
    assert "No review pack has been written yet" in words_of(prepared(pages, tmp_path).get("/reviews"))


def test_proposals_and_decisions_are_no_incidents(pages: Pages) -> None:
    from crm_core.findings import Finding, record_findings  # noqa: PLC0415
    from tests.serving.fakes import NOW  # noqa: PLC0415

    rules = ("review.proposal", "incident.acknowledge")
    record_findings(pages.engine, [Finding(rule, "x", {}, NOW, f"Told by {rule}.", "记录。") for rule in rules])
    assert "Told by" not in pages.get("/incidents")
