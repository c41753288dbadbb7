"""Every page in a real Chromium: as each role, in both languages, on a phone and on a desk, light and dark.

Screenshots are kept in FUNNELCAST_SCREENSHOTS (default: funnelcast-pages in the folder for temporary files).
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from serving.pages.library import PATH as LIBRARY_PATH
from serving.pages.permissions import PAGE_PERMISSIONS
from tests.serving.pages.conftest import PASSWORD, PEOPLE
from tests.serving.pages.served import served

pytestmark = pytest.mark.slow

CHROMIUM = "/usr/bin/chromium"
expect.set_options(timeout=20_000)  # a slow machine with two browsers on it is not a fault of the page
SCREENSHOTS = Path(os.environ.get("FUNNELCAST_SCREENSHOTS", Path(tempfile.gettempdir()) / "funnelcast-pages"))
SIZES = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
QUERIES = {
    "/lead": "?id=L1",
    "/customer": "?id=C1",
    "/incident": "?key=funnel.stage_stock:technical_exchange",
    "/funnel": "?by=channel",
    "/models/change": "?action=train&model=win",
    "/settings/edit": "?key=recognition.medals",
}
NO_PAGES = {
    "/",
    "/leads.csv",
    "/models/drift",
    "/models/card",
    "/reviews/page",
    "/reviews/pdf",
    "/explore/data",
    "/explore.csv",
    LIBRARY_PATH,
}
EXPLORED = {
    "en": ("Days in stage", "1 Captured", "TOTAL", "count", "rows are loaded"),
    "zh": ("停留天数", "1 线索获取", "合计", "计数", "已载入全部"),
}
WRITTEN = {"en": ("Expression", "Empty expression!", "Create"), "zh": ("表达式", "请输入表达式。", "创建")}
LISTEN = """() => {
  const viewer = document.querySelector("perspective-viewer");
  window.aggregates = new Promise((done, fail) => {
    viewer.addEventListener("perspective-config-update", async () => done(JSON.stringify(await viewer.save())));
    setTimeout(() => fail(new Error("nothing changed")), 20_000);
  });
}"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
OUTSIDE = """() => {
  const width = document.documentElement.clientWidth;
  const seen = [...document.querySelectorAll("body *")].filter((one) => !one.closest(".scroll, .skip, svg, .hidden"));
  return seen.filter((one) => one.getBoundingClientRect().right > width + 1 && one.checkVisibility())
             .map((one) => one.outerHTML.slice(0, 120));
}"""


@dataclass
class Visit:
    """A browser context in which somebody has signed in, and what went wrong in it."""

    address: str
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", lambda message: message.type == "error" and self.faults.append(message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.context.on("request", self._note)

    def _note(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.foreign.append(request.url)

    def sign_in(self, name: str) -> None:
        self.page.goto(f"{self.address}/sign-in")
        self.page.fill("#name", name)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(f"{self.address}/today")


def pages_of(role: str) -> list[str]:
    opened = [path for (method, path), roles in PAGE_PERMISSIONS.items() if method == "GET" and role in roles]
    return [f"{path}{QUERIES.get(path, '')}" for path in opened if path not in NO_PAGES]


@pytest.fixture(scope="module")
def address(firm_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("home")
    with served(Path(shutil.copy(firm_file, home / "firm.db")), home) as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def visit(chromium: Browser, address: str, language: str, size: str, theme: str = "light") -> Visit:
    context = chromium.new_context(viewport=SIZES[size], locale=LOCALES[language], color_scheme=theme)  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    made = Visit(address, context, context.new_page())
    made.watch()
    return made


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("role", PEOPLE)
def test_every_page_is_whole(chromium: Browser, address: str, role: str, language: str, size: str) -> None:
    """No error, nothing from elsewhere, nothing beyond the edge; a table that is wider scrolls in itself."""
    theme = "dark" if size == "phone" else "light"
    seen = visit(chromium, address, language, size, theme)
    seen.sign_in(role)
    for path in pages_of(role):
        answer = seen.page.goto(f"{address}{path}")
        assert answer is not None
        assert answer.status == 200, path
        assert seen.page.evaluate(OUTSIDE) == [], path
        assert seen.page.evaluate(SIDEWAYS) == 0, path
        name = f"{role}-{re.sub(r'[^a-z]+', '-', path.split('?')[0]).strip('-')}-{language}-{size}.png"
        if role == "admin":  # the others' pages are these with less on them
            seen.page.screenshot(path=SCREENSHOTS / name, full_page=True)
    seen.context.close()
    assert (seen.faults, seen.foreign) == ([], [])


@pytest.mark.parametrize(("language", "size", "theme"), [("en", "desk", "light"), ("zh", "phone", "dark")])
def test_axe_finds_no_serious_fault(chromium: Browser, address: str, language: str, size: str, theme: str) -> None:
    """axe-core, put into the page by the test: the page's own policy lets nothing in."""
    script = AXE_FILE_PATH.read_text(encoding="utf-8")
    seen = visit(chromium, address, language, size, theme)
    found = {"/sign-in": faults_of(seen.page, f"{address}/sign-in", script)}
    seen.sign_in("admin")
    for path in pages_of("admin"):
        found[path] = faults_of(seen.page, f"{address}{path}", script)
    seen.context.close()
    assert {path: faults for path, faults in found.items() if faults} == {}


def faults_of(page: Page, url: str, script: str) -> list[str]:
    page.goto(url)
    page.evaluate(script)
    result = page.evaluate("() => axe.run(document, {iframes: false})")
    return [
        f"{fault['id']} ({fault['impact']}): {node['html'][:100]} {node['any'][0]['message'] if node['any'] else ''}"
        for fault in result["violations"]
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"][:3]
    ]


def test_the_keyboard_reaches_the_content_and_the_menu(chromium: Browser, address: str) -> None:
    seen = visit(chromium, address, "en", "phone")
    seen.sign_in("manager")
    page = seen.page
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    expect(page.locator("#menu")).to_be_hidden()
    page.focus(".menu-button")
    page.keyboard.press("Enter")
    expect(page.locator("#menu")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#menu")).to_be_hidden()
    seen.context.close()


def test_language_and_colours_are_switched_and_kept(chromium: Browser, address: str) -> None:
    seen = visit(chromium, address, "en", "desk")
    seen.sign_in("rep")
    page = seen.page
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("text=简体中文")
    expect(page.locator("h1")).to_have_text("昨日以来的变化")
    page.click("text=深色")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto(f"{address}/leads")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    expect(page.locator("h1")).to_have_text("先联系谁")
    seen.context.close()


def test_from_the_first_page_the_cause_is_one_click_away(chromium: Browser, address: str) -> None:
    seen = visit(chromium, address, "en", "desk")
    seen.sign_in("manager")
    seen.page.click("text=The stock grew.")
    expect(seen.page.locator("main")).to_contain_text("The channel mix changed")
    expect(seen.page.locator("main")).to_contain_text("64 → 37")
    seen.context.close()


def test_the_frame_of_the_drift_report_has_no_origin(chromium: Browser, address: str) -> None:
    seen = visit(chromium, address, "en", "desk")
    seen.sign_in("analyst")
    seen.page.goto(f"{address}/models")
    seen.page.locator("iframe").scroll_into_view_if_needed()
    frame = seen.page.wait_for_selector("iframe").content_frame()
    assert frame is not None
    frame.wait_for_function("document.title === 'ran'")
    assert frame.evaluate("self.origin") == "null"
    seen.context.close()


@pytest.mark.parametrize(("language", "size"), [("en", "desk"), ("zh", "desk"), ("zh", "phone")])
def test_the_funnel_is_explored_without_eval_and_without_a_request_elsewhere(
    chromium: Browser, address: str, language: str, size: str
) -> None:
    seen = visit(chromium, address, language, size, "dark" if size == "phone" else "light")
    seen.sign_in("rep")
    seen.page.goto(f"{address}/explore?table=funnel")
    seen.page.wait_for_selector("html[data-explore=ready]", timeout=60_000)
    dwell, stage, total, count, all_shown = EXPLORED[language]
    seen.page.wait_for_selector(f"perspective-viewer-datagrid >> text={stage}")
    for word in (dwell, total):
        seen.page.locator(f"perspective-viewer-datagrid >> text={word}").first.wait_for()
    expect(seen.page.locator("#explore-state")).to_contain_text(all_shown)
    if size == "desk":  # on a phone the panel is closed at first
        chosen = seen.page.locator(".aggregate-selector select").first
        expect(chosen.locator("option:checked")).to_have_text(count)
        seen.page.evaluate(LISTEN)
        chosen.select_option("distinct count")
        assert "distinct count" in seen.page.evaluate("() => window.aggregates")
        seen.page.click("#add-expression")
        for word in WRITTEN[language]:
            seen.page.locator(f"perspective-viewer >> text={word}").first.wait_for()
    seen.page.screenshot(path=SCREENSHOTS / f"rep-explore-{language}-{size}.png")
    seen.context.close()
    assert (seen.faults, seen.foreign) == ([], [])
