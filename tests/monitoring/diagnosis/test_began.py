from __future__ import annotations

import pandas as pd

from monitoring.diagnosis.began import began_on
from monitoring.diagnosis.traits import lead_traits
from tests.monitoring.diagnosis.made import RULES, SETTINGS, Small, ago


def world() -> Small:
    """R0 works since the beginning, 400 days ago, R1 since twenty days; nobody keeps a table of reps."""
    made = Small()
    for n in range(40):
        made.lead(400 - n * 10, 395 - n * 10, rep_id="R0")
    for n in range(10):
        made.lead(20 - n, rep_id="R1")
    return made


def test_without_a_table_of_reps_the_first_lead_tells() -> None:
    began = began_on(world().facts(), RULES.new_rep_days)
    assert began["R1"] == pd.Timestamp(ago(21))
    assert began["R0"] < pd.Timestamp(ago(401))  # was there before the data


def test_a_lead_that_was_handed_over_is_no_sign() -> None:
    made = world()
    made.lead(200, 150, rep_id="R1")
    made.tables["activities"] = [{"lead_id": "L40", "rep_id": "R1", "kind": "call", "occurred_at": ago(18)}]
    assert began_on(made.facts(), RULES.new_rep_days)["R1"] == pd.Timestamp(ago(18))


def test_the_table_of_reps_goes_first() -> None:
    made = world()
    made.tables["reps"] = [{"rep_id": "R1", "name": "x", "team": "a", "hired_on": ago(900)}]
    assert began_on(made.facts(), RULES.new_rep_days)["R1"] == pd.Timestamp(ago(900))


def test_new_reps_are_a_trait_of_leads_without_a_table_of_reps() -> None:
    facts = world().facts()
    [trait] = [one for one in lead_traits(facts, 30, SETTINGS) if one.kind == "tenure"]
    codes = pd.Series([trait.labels[code] for code in trait.codes[0]]).groupby(facts.funnel.leads["rep_id"]).unique()
    assert {rep: list(labels) for rep, labels in codes.items()} == {"R0": ["tenured"], "R1": ["new"]}
