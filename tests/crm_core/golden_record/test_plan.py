from __future__ import annotations

from itertools import combinations

from configs.settings import Settings
from crm_core.golden_record.clusters import Clusters
from crm_core.golden_record.evidence import Matcher, must_differ
from crm_core.golden_record.plan import plan_merges
from crm_core.golden_record.population import Population
from crm_core.golden_record.profile import Profile
from tests.crm_core.golden_record.people import CODE, OTHER_CODE, profile

NAME = "苏州鑫源精密机械有限公司"
SAME = {"industry": "机械", "region": "华东", "employee_count": 100}


def merged(
    settings: Settings,
    *profiles: Profile,
    golden: dict[str, str] | None = None,
    apart: tuple[tuple[str, str], ...] = (),
) -> list[tuple[str, str]]:
    """(from, into) of what is merged without a person when every pair is compared."""
    rules = settings.golden_record
    matcher, by_id = Matcher(rules, Population(profiles)), {one.customer_id: one for one in profiles}
    found = [matcher.compare(*pair) for pair in combinations(profiles, 2) if not must_differ(*pair)]
    clusters = Clusters(by_id, golden or {}, apart, matcher, rules.decision)
    return [(merge.from_id, merge.into_id) for merge in plan_merges(found, by_id, clusters, rules.decision)]


def test_the_customer_known_longest_gives_the_golden_id(settings: Settings) -> None:
    old, new = "2020-01-01T00:00:00+00:00", "2024-01-01T00:00:00+00:00"
    young = profile("a", NAME, code=CODE, created_at=new)
    assert merged(settings, young, profile("b", NAME, code=CODE, created_at=old)) == [("a", "b")]
    assert merged(settings, young, profile("b", NAME, code=CODE)) == [("b", "a")]
    assert merged(settings, profile("a", NAME, code=CODE), profile("b", NAME, code=CODE)) == [("b", "a")]


def test_a_chain_never_glues_two_codes(settings: Settings) -> None:
    """a and c have different codes; b, without a code, is like both."""
    one = profile("a", NAME, code=CODE, phone="13812345678", email="a@x.example")
    between = profile("b", NAME, phone="13812345678", email="c@z.example")
    other = profile("c", NAME, code=OTHER_CODE, email="c@z.example")
    assert merged(settings, one, between, other) == []


def test_a_clear_lead_decides_between_two_codes(settings: Settings) -> None:
    one = profile("a", NAME, code=CODE, phone="13812345678", email="a@x.example", **SAME)
    copy = profile("b", NAME, phone="13812345678", email="a@x.example", **SAME)
    other = profile("c", NAME, code=OTHER_CODE, **SAME)
    assert merged(settings, one, copy, other) == [("b", "a")]


def test_branches_with_codes_of_their_own_stay_apart(settings: Settings) -> None:
    contact = {"phone": "13812345678", "email": "a@x.example", **SAME}
    head = profile("a", NAME, code=CODE, **contact)
    branch = profile("b", f"{NAME}上海分公司", code=OTHER_CODE, **contact)
    uncoded = profile("c", f"{NAME}北京分公司", **contact)
    assert merged(settings, head, branch, uncoded) == []


def test_a_chain_of_weak_links_stops_where_its_ends_contradict(settings: Settings) -> None:
    """a - b by phone, b - c by mail; a and c are in different trades and sizes and share nothing but the brand."""
    machinery = {"industry": "机械", "region": "华东", "employee_count": 20}
    food = {"industry": "食品", "region": "华北", "employee_count": 900}
    one = profile("a", "苏州鑫源机械有限公司", phone="13812345678", **machinery)
    between = profile("b", "苏州鑫源", phone="13812345678", email="x@y.example")
    other = profile("c", "苏州鑫源食品有限公司", email="x@y.example", **food)
    links = merged(settings, one, between, other)
    assert len(links) == 1


def test_what_a_person_kept_apart_stays_apart_through_others_too(settings: Settings) -> None:
    copies = [profile(name, NAME, code=CODE, **SAME) for name in "abc"]
    links = merged(settings, *copies, apart=(("a", "b"),))
    assert len(links) == 1
    assert ("b", "a") not in links


def test_a_standing_record_grows_under_its_id(settings: Settings) -> None:
    copies = [profile(name, NAME, code=CODE, **SAME) for name in "abc"]
    [(source, _)] = merged(settings, *copies, golden={"a": "c"})
    assert source == "b"


def test_a_record_does_not_grow_beyond_its_limit(settings: Settings) -> None:
    limit = settings.golden_record.decision.max_members
    copies = [profile(f"{n:03d}", NAME, code=CODE, **SAME) for n in range(limit + 5)]
    links = merged(settings, *copies)
    sizes: dict[str, int] = {}
    golden = {one.customer_id: one.customer_id for one in copies}
    for source, into in links:
        old, new = golden[source], golden[into]
        golden = {one: new if root == old else root for one, root in golden.items()}
    for root in golden.values():
        sizes[root] = sizes.get(root, 0) + 1
    assert max(sizes.values()) == limit
