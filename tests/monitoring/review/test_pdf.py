"""WeasyPrint itself is run here: it needs Pango, which .ci/run installs."""

from __future__ import annotations

import builtins
import re
import zlib
from pathlib import Path
from typing import Any

import pytest

from monitoring.errors import PdfError, RenderError
from monitoring.review.page import LANGUAGES
from monitoring.review.pdf import write_pdf


def page(body: str) -> str:
    return f'<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>t</title><body>{body}</body></html>'


def test_a_page_becomes_a_pdf_with_chinese_glyphs_embedded(tmp_path: Path) -> None:
    file = write_pdf(page("<p>漏斗复盘 Funnel review</p>"), tmp_path / "new" / "a.pdf")
    content = file.read_bytes()
    assert content.startswith(b"%PDF-")
    plain = content + b"".join(_unpacked(content))
    assert b"/FontFile" in plain
    assert "漏".encode("utf-16-be").hex().encode() in plain.lower()  # the map from glyphs back to characters
    assert [path.name for path in file.parent.iterdir()] == ["a.pdf"]


def _unpacked(content: bytes) -> list[bytes]:
    found = []
    for part in re.findall(rb"stream\r?\n(.*?)endstream", content, flags=re.S):
        try:
            found.append(zlib.decompressobj().decompress(part))
        except zlib.error:
            continue
    return found


def test_a_character_that_no_font_has_is_refused_with_the_fix(tmp_path: Path) -> None:
    with pytest.raises(PdfError, match=r"font that has the character .*fonts-noto-cjk"):
        write_pdf(page("<p>ok &#x10FFFD;</p>"), tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [OSError("cannot load library 'libpango-1.0-0'"), ImportError("no weasyprint")])
def test_a_machine_without_pango_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    real = builtins.__import__

    def lacking(name: str, *rest: Any, **named: Any) -> Any:
        if name == "weasyprint":
            raise error
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", lacking)
    with pytest.raises(PdfError, match=r"needs Pango.*apt-get install libpango-1.0-0"):
        write_pdf(page("<p>x</p>"), tmp_path / "a.pdf")


def test_nothing_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("urllib.request.urlopen", lambda url, *_, **__: asked.append(str(url)))
    secret = tmp_path / "secret.css"
    secret.write_text("p { color: red }", encoding="utf-8")
    links = f'<link rel="stylesheet" href="file://{secret}"><img src="http://198.51.100.1/x.png" alt="">'
    assert write_pdf(page(links + "<p>x</p>"), tmp_path / "a.pdf").is_file()
    assert asked == []


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(RenderError, match="must be writable"):
        write_pdf(page("<p>x</p>"), tmp_path / "file" / "a.pdf")


def test_there_is_a_pdf_in_each_language() -> None:
    assert LANGUAGES == ("en", "zh")
