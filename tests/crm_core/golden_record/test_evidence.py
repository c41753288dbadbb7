from __future__ import annotations

import math

import pytest

from configs.settings import Settings
from crm_core.golden_record.evidence import Evidence, Matcher, must_differ
from crm_core.golden_record.population import Population
from crm_core.golden_record.profile import Profile
from tests.crm_core.golden_record.people import CODE, OTHER_CODE, profile

FIRM = {
    "phone": "13812345678", "email": "a@xinyuan.example", "industry": "机械", "region": "华东", "employee_count": 100,
}  # fmt: skip
NAME = "苏州鑫源精密机械有限公司"


def compared(settings: Settings, left: Profile, right: Profile, *others: Profile) -> Evidence:
    return Matcher(settings.golden_record, Population([left, right, *others])).compare(left, right)


def is_automatic(settings: Settings, evidence: Evidence) -> bool:
    return evidence.total_bits >= settings.golden_record.decision.automatic_bits


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("苏州市鑫源精密机械有限责任公司", "same"),
        ("鑫源精密机械有限公司", "same_core"),
        ("苏州鑫源精密机戒有限公司", "typo"),
        ("苏洲鑫源精密机械有限公司", "typo"),
        ("苏州鑫元精密机械有限公司", "brand_typo"),
        ("苏州鑫源精密", "abbreviation"),
        ("鑫源机械", "abbreviation"),
        ("苏州鑫源精密电子设备有限公司", "different"),
        ("苏州鑫源精密零件机械厂", "abbreviation"),
        ("苏州鑫源精密机床制造有限公司", "similar"),
        ("大连宏达物流有限公司", "different"),
    ],
)
def test_names_agree_by_levels(settings: Settings, name: str, level: str) -> None:
    left, right = profile("a", NAME), profile("b", name)
    assert compared(settings, left, right).levels["name"] == level


@pytest.mark.parametrize(
    ("field", "left", "right", "level"),
    [
        ("code", CODE, CODE, "same"),
        ("code", CODE, CODE[:10] + "9" + CODE[11:], "slip"),
        ("code", CODE, None, None),
        ("phone", "13812345678", "+86 138-1234-5678", "same"),
        ("phone", "13812345678", "13912345678", "differs"),
        ("phone", "010-62345678-801", "010-62345678-802", "differs"),
        ("phone", "13812345678", None, None),
        ("email", "A@x.example ", "a@x.example", "same"),
        ("email", "a@x.example", "b@x.example", "same_domain"),
        ("email", "a@x.example", "a@y.example", "differs"),
        ("region", "华东", "华北", "differs"),
        ("industry", "机械", "机械", "same"),
        ("employee_count", 100, 120, "close"),
        ("employee_count", 100, 200, None),
        ("employee_count", 100, 301, "far"),
        ("employee_count", 0, 301, None),
    ],
)
def test_fields_agree_by_levels(settings: Settings, field: str, left: object, right: object, level: str | None) -> None:
    one, other = profile("a", NAME, **{field: left}), profile("b", NAME, **{field: right})
    found = compared(settings, one, other).levels
    assert found.get({"employee_count": "employees"}.get(field, field)) == level


def test_evidence_is_symmetric_and_adds_up(settings: Settings) -> None:
    left, right = profile("b", NAME, **FIRM), profile("a", "鑫源精密机械", phone="13812345678", region="华北")
    one, other = compared(settings, left, right), compared(settings, right, left)
    assert one == other
    assert (one.left_id, one.right_id) == ("a", "b")
    assert one.total_bits == pytest.approx(sum(one.bits.values()))
    bits = settings.golden_record.bits
    assert one.bits == {"name": bits.name.same_core, "phone": bits.phone.same, "region": bits.region.differs}
    assert one.score == pytest.approx(1 / (1 + 2**-one.total_bits), abs=1e-4)


def test_a_copy_with_a_moved_phone_is_likely_and_a_homonym_is_not(settings: Settings) -> None:
    firm = profile("a", NAME, **FIRM)
    copy = profile("b", NAME, **{**FIRM, "phone": "13912345678"})
    homonym = profile("c", NAME, phone="13712345678", industry="食品", region="华东", employee_count=9)
    assert is_automatic(settings, compared(settings, firm, copy))
    assert compared(settings, firm, homonym).total_bits < settings.golden_record.decision.review_bits


def test_a_branch_is_another_firm_even_under_the_same_phone_and_mail(settings: Settings) -> None:
    branch = profile("b", f"{NAME}上海分公司", **FIRM)
    evidence = compared(settings, profile("a", NAME, **FIRM), branch)
    assert evidence.levels["branch"] == "differs"
    assert evidence.total_bits < settings.golden_record.decision.review_bits


def test_a_number_of_many_firms_says_little(settings: Settings) -> None:
    count = settings.golden_record.levels.common_phone_firms + 1
    others = [profile(f"o{n}", f"大连第{n}物流", phone="13812345678") for n in range(count)]
    left, right = profile("a", NAME, phone="13812345678"), profile("b", NAME, phone="13812345678")
    assert compared(settings, left, right).levels["phone"] == "same"
    assert compared(settings, left, right, *others).levels["phone"] == "common"


def test_an_abbreviation_that_fits_several_firms_says_less(settings: Settings) -> None:
    left, right = profile("a", NAME), profile("b", "鑫源")
    rivals = [profile("c", "苏州鑫源物流有限公司"), profile("d", "大连鑫源食品有限公司")]
    alone, beside = compared(settings, left, right), compared(settings, left, right, *rivals)
    assert "rivals" not in alone.bits
    assert beside.bits["rivals"] == pytest.approx(-math.log2(3), abs=0.01)


def test_a_name_under_several_codes_says_less(settings: Settings) -> None:
    left, right = profile("a", NAME), profile("b", NAME)
    coded = [profile("c", NAME, code=CODE), profile("d", NAME, code=OTHER_CODE)]
    assert compared(settings, left, right, *coded).bits["rivals"] == -1


def test_two_right_codes_are_two_firms_and_a_wrong_one_is_no_code() -> None:
    one = profile("a", NAME, code=CODE, **FIRM)
    assert must_differ(one, profile("b", NAME, code=OTHER_CODE, **FIRM))
    assert not must_differ(one, profile("b", NAME, code="91350100M000100Y44", **FIRM))
    assert not must_differ(one, profile("b", NAME, **FIRM))


def test_nothing_is_known_of_names_without_a_core(settings: Settings) -> None:
    assert compared(settings, profile("a", "有限公司"), profile("b", "有限公司")).levels == {}
