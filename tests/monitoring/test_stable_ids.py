from __future__ import annotations

from monitoring.stable_ids import number_ids

FIRST = "8f14e45f-ceea-467f-a0e6-7c1bd0f0b2c1"
SECOND = "0123456789abcdef0123456789abcdef"


def test_the_same_id_keeps_the_same_number_in_both_spellings() -> None:
    page = f"{SECOND} {FIRST} {FIRST.replace('-', '')}"
    assert number_ids(page) == (
        "00000000000000000000000000000001 00000000-0000-0000-0000-000000000002 00000000000000000000000000000002"
    )


def test_an_id_that_readers_know_stays() -> None:
    assert number_ids(f"x {FIRST} {SECOND}", keep=[f"campaign {FIRST}"]).startswith(f"x {FIRST} 0000")
