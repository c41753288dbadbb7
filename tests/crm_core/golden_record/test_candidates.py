from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from configs.sections import Blocking
from crm_core.golden_record.candidates import candidate_pairs
from crm_core.golden_record.profile import Profile
from tests.crm_core.golden_record.people import CODE, profile

RULES = Blocking(max_block_rows=10, min_name_similarity=0.55)
NAME = "苏州鑫源精密机械有限公司"


def pairs(*profiles: Profile) -> set[tuple[str, str]]:
    return {
        (profiles[left].customer_id, profiles[right].customer_id)
        for left, right in candidate_pairs(profiles, RULES).tolist()
    }


def test_what_shares_a_key_is_compared_once() -> None:
    firm = profile("a", NAME, code=CODE, phone="13812345678", email="x@y.example")
    assert pairs(firm, profile("b", NAME, code=CODE, phone="13812345678")) == {("a", "b")}
    assert pairs(firm, profile("b", "别名", phone="+86 138 1234 5678")) == {("a", "b")}
    assert pairs(firm, profile("b", "别名", email="X@Y.example")) == {("a", "b")}
    assert pairs(firm, profile("b", "别名", code=CODE)) == {("a", "b")}


def test_names_one_edit_apart_are_compared() -> None:
    for typed in ("苏州鑫元精密机械", "苏洲鑫源精密机械", "苏州鑫精密机械", "苏州鑫源源精密机械", "苏州源鑫精密机械"):
        assert pairs(profile("a", NAME), profile("b", typed)) == {("a", "b")}, typed


def test_abbreviations_are_compared() -> None:
    for short in ("鑫源精密机械", "鑫源精密", "苏州鑫源"):
        assert pairs(profile("a", NAME), profile("b", short)) == {("a", "b")}, short


def test_strangers_are_not_compared() -> None:
    strangers = (profile("b", "大连宏达物流有限公司"), profile("c", ""), profile("d", "有限公司"))
    assert pairs(profile("a", NAME), *strangers) == set()
    assert pairs() == set()


def test_a_key_that_many_share_does_not_blow_up() -> None:
    agent = [profile(f"a{n:04d}", f"第{n}号{chr(0x4E00 + 7 * n)}公司", phone="13800000000") for n in range(2000)]
    namesakes = [profile(f"n{n:04d}", "鑫源", region=f"r{n // 5}") for n in range(1000)]
    found = pairs(*agent, *namesakes)
    assert len(found) < 10 * 3000
    assert ("n0000", "n0001") in found  # the large block is split by region, and there they meet
    assert ("n0000", "n0999") not in found


@given(st.lists(st.text("鑫源精密机械苏州", max_size=6), max_size=30))
def test_pairs_are_distinct_and_ordered(names: list[str]) -> None:
    found = candidate_pairs([profile(str(n), name) for n, name in enumerate(names)], RULES)
    assert all(left < right for left, right in found.tolist())
    assert found.tolist() == sorted(map(list, {tuple(pair) for pair in found.tolist()}))
