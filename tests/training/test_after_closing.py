from __future__ import annotations

from benchmarks.leak_guard import LEAKS, measured


def test_planted_leaks_are_caught_and_honest_columns_left() -> None:
    sets = 12
    counts, _ = measured(sets)
    leaks = [counts[name] for name in LEAKS]
    honest = [count for name, count in counts.items() if name not in LEAKS]
    assert sum(leaks) >= 0.9 * sets * len(leaks)
    assert sum(honest) <= 0.05 * sets * len(honest)
