from __future__ import annotations

import pytest

from crm_core.golden_record.faults import RULES, faults_of
from tests.crm_core.golden_record.people import CODE

SOUND = {"name": "苏州鑫源精密机械有限公司", "phone": "0512-62345678", "unified_social_credit_code": CODE}


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("phone", "12", "phone_unreadable"),
        ("phone", "无", "phone_unreadable"),
        ("phone", "16412345678", "phone_unassigned"),
        ("phone", "１３８ 1234 5678", None),
        ("phone", "+1 650 253 0000", None),
        ("phone", None, None),
        ("name", "上海有限公司", "name_incomplete"),
        ("name", "测", "name_incomplete"),
        ("name", "鑫源", None),
        ("name", "Acme Inc.", None),
        ("unified_social_credit_code", CODE[:-1], "credit_code_form"),
        ("unified_social_credit_code", f"{CODE[:-1]}O", "credit_code_form"),
        ("unified_social_credit_code", f"{CODE[:-1]}4", "credit_code_check"),
        ("unified_social_credit_code", CODE.lower(), None),
        ("unified_social_credit_code", " ", None),
        ("unified_social_credit_code", None, None),
    ],
)
def test_each_rule_of_entry(field: str, value: str | None, rule: str | None) -> None:
    found = faults_of({**SOUND, field: value}, "CN")
    assert [(one.rule, one.field, one.value) for one in found] == ([(rule, field, value)] if rule else [])


def test_every_rule_says_what_must_be_in_both_languages() -> None:
    for field, en, zh in RULES.values():
        assert field in SOUND
        assert "must" in en
        assert "应" in zh
