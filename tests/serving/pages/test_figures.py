from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from configs.settings import Settings
from crm_core.funnel import FunnelFacts, load_facts
from serving.pages import figures as module
from serving.pages.behind import Behind
from serving.pages.figures import Figures, OwnFigures
from serving.pages.visitor import Visitor
from serving.pages.warm_up import warm_up
from tests.serving import fakes
from tests.serving.pages.conftest import Pages

WAIT = 10
PLENTY = 1e9


@pytest.fixture
def facts(opened: Any, settings: Settings) -> FunnelFacts:
    return load_facts(opened, settings, fakes.NOW)


@pytest.fixture
def behind() -> Iterator[Behind]:
    made = Behind()
    yield made
    made.close()


def later(facts: FunnelFacts) -> FunnelFacts:
    return replace(facts, as_of=facts.as_of + timedelta(minutes=2))


def test_who_asks_meanwhile_waits_for_the_same(facts: FunnelFacts) -> None:
    figures, has_begun, may_go, made = Figures(facts), threading.Event(), threading.Event(), []

    def make(_: Figures) -> str:
        has_begun.set()
        assert may_go.wait(WAIT)
        made.append(1)
        return "figure"

    found: list[str] = []
    readers = [threading.Thread(target=lambda: found.append(figures.get("key", make))) for _ in range(3)]
    for reader in readers:
        reader.start()
    assert has_begun.wait(WAIT)
    may_go.set()
    for reader in readers:
        reader.join(WAIT)
    assert (found, made) == (["figure"] * 3, [1])


def test_a_failure_is_told_and_not_kept(facts: FunnelFacts) -> None:
    figures = Figures(facts)
    with pytest.raises(ZeroDivisionError):
        figures.get("key", lambda _: 1 / 0)
    assert figures.get("key", lambda _: 2) == 2


def test_the_next_figures_are_made_like_the_last_and_do_not_hold_them(facts: FunnelFacts, behind: Behind) -> None:
    old = Figures(facts)
    for own in (None, ("r1",)):
        OwnFigures(old, own).get(("leads",), lambda facts: (facts.as_of, len(facts.leads)))
    OwnFigures(old, None).everybodys(("moment",), lambda as_of: as_of)
    new = Figures(later(facts))
    new.make_like(old, PLENTY, behind.attempt)
    assert {key for key, _ in new.made()} == {key for key, _ in old.made()}
    assert new.made()[0][0] == ("moment",)  # which was read last

    def never(_: Any) -> Any:
        raise AssertionError

    assert OwnFigures(new, None).get(("leads",), never) == (later(facts).as_of, len(facts.leads))
    assert OwnFigures(new, ("r1",)).get(("leads",), never)[1] < len(facts.leads)
    assert OwnFigures(new, None).everybodys(("moment",), never) == later(facts).as_of
    gone = weakref.ref(old)
    del old
    gc.collect()
    assert gone() is None


def test_a_figure_that_fails_is_left_out_and_logged(
    facts: FunnelFacts, behind: Behind, caplog: pytest.LogCaptureFixture
) -> None:
    old, new = Figures(facts), Figures(later(facts))
    old.get("good", lambda figures: figures.facts.as_of)
    old.get("bad", lambda figures: 1 // (figures.facts is facts))
    new.make_like(old, PLENTY, behind.attempt)
    assert [key for key, _ in new.made()] == ["good"]
    assert [record.__dict__["fields"]["error_type"] for record in caplog.records] == ["ZeroDivisionError"]


def test_what_there_is_no_time_for_is_left(facts: FunnelFacts, behind: Behind) -> None:
    old, new = Figures(facts), Figures(later(facts))
    old.get("key", lambda _: 1)
    new.make_like(old, 0, behind.attempt)
    assert new.made() == []


def test_so_many_are_kept_at_most(facts: FunnelFacts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_KEPT", 2)
    figures = Figures(facts)
    for key in ("a", "b", "a", "c"):
        figures.get(key, lambda _: 1)
    assert [key for key, _ in figures.made()] == ["c", "a"]


@pytest.mark.slow
def test_what_pages_show_is_made_before_somebody_asks(
    make_pages: Callable[..., Pages], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = make_pages(warms_at_start=True)
    desk = pages.service.runtime.pages
    assert desk is not None
    desk.warm_up = warm_up
    desk.start(pages.service.refresher.prepared)
    done = threading.Event()
    desk.behind.do(lambda: desk.behind.do(done.set))  # after the warm-up, which the first job asks for
    assert done.wait(60)
    made: list[Any] = []
    monkeypatch.setattr(Figures, "_make", lambda _, key, *__: made.append(key))
    for path in ("/today", "/leads", "/funnel", "/customers", "/channels", "/recognition", "/commission"):
        pages.get(path)
    assert made == []


@pytest.mark.slow
def test_every_page_says_of_which_moment_its_figures_are(pages: Pages) -> None:
    for path in ("/today", "/leads", "/funnel", "/customers", "/channels", "/recognition", "/commission"):
        desk = pages.service.runtime.pages
        assert desk is not None
        visitor = Visitor(language="en")
        assert desk.formats(visitor).moment(fakes.NOW) in pages.get(path), path
