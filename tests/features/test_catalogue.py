"""Every column of a view is either described or known context, in both languages."""

from __future__ import annotations

import re
from itertools import product

import pytest

from configs.settings import load_settings
from features import channel_features, customer_features, lead_features, on_demand
from features.lake_extract import AttributeColumn
from features.schema import Feature, names
from features.shape import FeatureShape, make_shape

KINDS = ("number", "category", "boolean", "moment", "text")


def shape() -> FeatureShape:
    attributes = [
        AttributeColumn(entity, f"{entity} {kind}", f"{entity}_{kind}", kind)
        for entity, kind in product(("lead", "customer"), KINDS)
    ]
    return make_shape(load_settings(), attributes, [], ["call", "电话", "e-mail (out)"])


CATALOGUES = {
    "lead": [*lead_features.catalogue(shape()), *on_demand.FEATURES],
    "customer": customer_features.catalogue(shape()),
    "channel": channel_features.catalogue(shape()),
}


@pytest.mark.parametrize("entity", list(CATALOGUES))
def test_names_and_labels_are_unique_and_complete(entity: str) -> None:
    features: list[Feature] = CATALOGUES[entity]
    for values in (names(features), [one.en for one in features], [one.zh for one in features]):
        assert all(values)
        assert len(set(values)) == len(values)
    assert all(re.fullmatch(r"\w+", one.name) for one in features)


@pytest.mark.parametrize("entity", list(CATALOGUES))
def test_chinese_labels_are_chinese(entity: str) -> None:
    own = [one for one in CATALOGUES[entity] if not one.name.startswith("attr_")]
    assert all(re.search(r"[\u4e00-\u9fff]", one.zh) for one in own)
    assert not any(re.search(r"[\u4e00-\u9fff]", one.en.replace("电话", "")) for one in own)


def test_categories_have_no_unit() -> None:
    assert all(one.unit is None for features in CATALOGUES.values() for one in features if one.kind == "category")
