"""The demo's steps, as typed; that each works is what `make demo` shows."""

from __future__ import annotations

import pytest

from funnelcast import demo
from funnelcast.daily.steps import STEPS


def test_the_demo_makes_whatever_the_pages_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the daily steps only those that merge, write to others or tell others are left out."""
    typed: list[str] = []
    monkeypatch.setenv("FUNNELCAST_HOME", "put back after the test, since the demo sets it")
    monkeypatch.setattr(demo, "step", lambda *words: typed.append("_".join(words[:2])))
    monkeypatch.setattr(demo.shutil, "rmtree", lambda *_, **__: None)
    for name in ("score_customers", "ask_for_the_first", "say_what_next"):
        monkeypatch.setattr(demo, name, lambda *_: None)
    demo.main()
    done = {word.removesuffix("_run") for word in typed}
    assert set(STEPS) - done == {"golden_record", "write_back", "alerts", "score_customers"}
    assert typed.index("commission_run") < typed.index("features")
