from __future__ import annotations

from dataclasses import replace

import pytest

from scoring.change import replayed, split_change
from scoring.ranges import ranges_of
from tests.scoring.made import artefact, rows

ROWS = rows(2).to_dict("records")


def test_parts_of_a_change_sum_to_it() -> None:
    old = artefact()
    new = replace(old, calibrator=old.calibrator.with_offset(0.9))
    change = split_change(old, new, ROWS[0], ROWS[1])
    assert change.lead_data + change.passing_time + change.new_model == pytest.approx(change.after - change.before)
    assert change.new_model == pytest.approx(0.7)
    assert change.passing_time == pytest.approx(0)
    assert change.p_before == pytest.approx(replayed(old, ROWS[0]))


def test_what_only_ages_is_passing_time() -> None:
    specs = artefact().features
    model = replace(artefact(), features=(replace(specs[0], name="age_days"), *specs[1:]))
    young = {"age_days": 0.5, "channel_id": "web", "size": "small"}
    change = split_change(model, model, young, {**young, "age_days": 30.0})
    assert change.lead_data == pytest.approx(0)
    assert change.passing_time == pytest.approx(change.after - change.before)
    assert change.passing_time != 0


def test_range_is_around_the_probability_of_its_bin() -> None:
    model = artefact()
    encoded = model.encode(rows())
    table = {"edges": [0.0], "low": [-0.5, -0.1], "high": [0.2, 0.4], "count": [70.0, 30.0]}
    margin, log_odds, p = model.margin(encoded), model.log_odds(encoded), model.predict(encoded)
    found = ranges_of(table, margin, log_odds)
    assert found is not None
    assert ((found.low < p) & (p < found.high)).all()
    assert set(found.count[margin < 0]) == {70}
    assert ranges_of(None, margin, log_odds) is None
