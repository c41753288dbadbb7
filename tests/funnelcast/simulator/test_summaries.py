from __future__ import annotations

import numpy as np

from funnelcast.simulator.summaries import TOPIC_NAMES, compose


def notes(topic: str, count: int = 300) -> list[str]:
    topics = np.full(count, TOPIC_NAMES.index(topic))
    products = np.full(count, "激光切割机", dtype=object)
    return [str(n) for n in compose(topics, products, np.random.default_rng(0))]


def test_topics_carry_their_words() -> None:
    assert np.mean(["预算" in n for n in notes("budget")]) == 1
    assert np.mean(["分期付款" in n for n in notes("instalment")]) > 0.95
    assert not any("分期付款" in n or "预算有限" in n for n in notes("neutral") + notes("technology") + notes("price"))


def test_notes_vary_and_are_filled_in() -> None:
    found = [n for topic in TOPIC_NAMES for n in notes(topic)]
    assert len(set(found)) > 0.6 * len(found)
    assert not any("{" in n for n in found)
    assert min(map(len, found)) >= 8
