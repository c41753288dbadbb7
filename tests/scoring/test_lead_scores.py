from __future__ import annotations

from scoring.lead_scores import LeadScore, priorities


def made(probability: float, value: float | None, *, hold: bool = False, prescreen: str | None = None) -> LeadScore:
    return LeadScore(probability, "A", value, None, hold, prescreen)


def test_priority_goes_by_expected_value_and_puts_held_leads_last() -> None:
    scores = [
        made(0.5, 100.0), made(0.9, 900.0, hold=True), made(0.2, 300.0), made(0.9, 800.0, prescreen="budget_misfit"),
        made(0.4, None),  # the median of the known amounts is 944: as if worth 378
    ]  # fmt: skip
    assert list(priorities(scores, list("abcde"))) == [3, 4, 2, 5, 1]


def test_priority_without_any_amount_goes_by_probability() -> None:
    scores = [made(0.2, None), made(0.8, None), made(0.2, None)]
    assert list(priorities(scores, ["b", "c", "a"])) == [3, 1, 2]
