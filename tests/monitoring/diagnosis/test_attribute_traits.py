from __future__ import annotations

import json
from dataclasses import replace

from monitoring.diagnosis.attribute_traits import attribute_traits
from tests.monitoring.diagnosis.made import Small


def test_frequent_values_quarters_of_numbers_and_no_free_text() -> None:
    world = Small()
    for n in range(100):
        own = {"urgency": "high" if n % 2 else "low", "score": n, "note": f"text {n}", "rare": "x" if n == 0 else None}
        world.lead(20, attributes=json.dumps(own))
    world.lead(900, attributes=json.dumps({"urgency": "high"}))  # too old to be read
    facts = world.facts()
    slugs = {("lead", name): name for name in ("urgency", "score", "note", "rare")}
    found = replace(facts, funnel=replace(facts.funnel, slugs=slugs))
    traits = {trait.name: trait for trait in attribute_traits(found, 240, 8, 12)}
    assert set(traits) == {"urgency", "score"}
    assert traits["urgency"].labels == ["high", "low", "(none)"]
    assert traits["urgency"].codes[-1] == 2
    assert len(traits["score"].labels) == 5
