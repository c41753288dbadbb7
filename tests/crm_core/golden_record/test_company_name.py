from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.golden_record.company_name import CompanyName, read_name


@pytest.mark.parametrize(
    "entered",
    [
        "苏州鑫源精密机械有限公司",
        "苏州鑫源精密机械有限责任公司",
        "苏州市鑫源精密机械有限公司",
        "江苏省苏州市鑫源精密机械有限公司",
        "鑫源精密机械（苏州）有限公司",
        "鑫源精密机械(苏州)有限公司",
        "鑫源精密机械【苏州市】有限公司",
        " 苏州 鑫源　精密机械 有限 公司 ",
        "苏州鑫源·精密机械有限公司。",
        "苏州鑫源精密机械有限",
    ],
)
def test_spellings_of_one_name_have_equal_parts(entered: str) -> None:
    assert read_name(entered) == CompanyName("鑫源精密机械", ("苏州",), "limited")


@pytest.mark.parametrize(
    ("entered", "form", "is_group"),
    [
        ("苏州鑫源股份有限公司", "joint stock", False),
        ("苏州鑫源集团", "", True),
        ("苏州鑫源集团有限公司", "limited", True),
        ("苏州鑫源（集团）股份有限公司", "joint stock", True),
        ("苏州鑫源有限公司集团", "limited", True),
        ("苏州鑫源总公司", "", False),
        ("苏州鑫源", "", False),
    ],
)
def test_the_legal_form_is_told_apart(entered: str, form: str, is_group: bool) -> None:
    assert read_name(entered) == CompanyName("鑫源", ("苏州",), form, is_group)


@pytest.mark.parametrize(
    ("entered", "branch"),
    [
        ("鑫源机械有限公司上海分公司", "上海分公司"),
        ("鑫源机械有限公司（上海市分公司）", "上海分公司"),
        ("鑫源机械有限公司 上海 办事处", "上海办事处"),
        ("鑫源机械上海分公司", "上海分公司"),
        ("鑫源机械（上海分公司）", "上海分公司"),
        ("鑫源机械第二分公司", "第二分公司"),
        ("鑫源机械有限公司", ""),
    ],
)
def test_a_branch_is_kept_beside_the_name(entered: str, branch: str) -> None:
    name = read_name(entered)
    assert (name.core, name.branch) == ("鑫源机械", branch)


def test_two_places_are_a_name_of_their_own() -> None:
    assert read_name("北京鑫源科技（苏州）有限公司").places == ("北京", "苏州")
    assert read_name("北京鑫源科技有限公司").places == ("北京",)


@pytest.mark.parametrize(
    ("entered", "core", "form", "branch"),
    [
        ("Suzhou Xinyuan Machinery Co., Ltd.", "suzhou xinyuan machinery", "limited", ""),
        ("SUZHOU XINYUAN MACHINERY CO.,LTD", "suzhou xinyuan machinery", "limited", ""),
        ("Suzhou Xinyuan Machinery Company Limited", "suzhou xinyuan machinery", "limited", ""),
        ("Ｓｕｚｈｏｕ Xinyuan Machinery", "suzhou xinyuan machinery", "", ""),
        ("Acme Inc.", "acme", "joint stock", ""),
        ("Acme, Incorporated", "acme", "joint stock", ""),
        ("Müller GmbH & Co. KG", "müller", "limited", ""),
        ("Philips N.V.", "philips", "joint stock", ""),
        ("Acme Inc. (Beijing Branch)", "acme", "joint stock", "beijing branch"),
        ("AG Barr plc", "ag barr", "joint stock", ""),
    ],
)
def test_latin_names(entered: str, core: str, form: str, branch: str) -> None:
    assert read_name(entered) == CompanyName(core, (), form, False, branch)


@pytest.mark.parametrize("entered", ["", "!!", "有限公司", "上海有限公司", "（集团）", "Co., Ltd."])
def test_a_name_without_a_name_of_its_own_has_no_core(entered: str) -> None:
    assert read_name(entered).core == ""


@given(st.text(max_size=40))
def test_any_text_has_parts(entered: str) -> None:
    name = read_name(entered)
    assert name.core in name.full
