"""How each field of two customers agrees; a level that tells nothing is left out."""

from __future__ import annotations

from rapidfuzz.distance import OSA

from configs.sections import MatchLevels
from crm_core.golden_record.name_level import name_level
from crm_core.golden_record.population import Population, domain_of
from crm_core.golden_record.profile import Profile


def levels_of(left: Profile, right: Profile, rules: MatchLevels, population: Population) -> dict[str, str]:
    """Field -> level, by the names that `bits` of the configuration has."""
    found = {
        "code": _code(left, right),
        "name": name_level(left.name, right.name, rules),
        "place": _differs(left.name.places, right.name.places),
        "form": _differs(left.name.form, right.name.form),
        "branch": "differs" if left.name.branch != right.name.branch else None,
        "phone": _phone(left, right, rules, population),
        "email": _email(left, right, rules, population),
        "region": _word(left.region, right.region),
        "industry": _word(left.industry, right.industry),
        "employees": _employees(left.employee_count, right.employee_count, rules),
    }
    return {field: level for field, level in found.items() if level}


def _code(left: Profile, right: Profile) -> str | None:
    if left.code and right.code:
        return "same" if left.code == right.code else None  # two right codes that differ: see `must_differ`
    return "slip" if _is_slip(left.code, right.wrong_code) or _is_slip(right.code, left.wrong_code) else None


def _is_slip(code: str, entered: str) -> bool:
    return bool(code and entered) and OSA.distance(code, entered, score_cutoff=1) <= 1


def _phone(left: Profile, right: Profile, rules: MatchLevels, population: Population) -> str | None:
    if not left.phone or not right.phone:
        return None
    if left.phone != right.phone:
        return "differs"
    return "common" if population.firms_of_phone(left.phone) > rules.common_phone_firms else "same"


def _email(left: Profile, right: Profile, rules: MatchLevels, population: Population) -> str | None:
    if not left.email or not right.email:
        return None
    if left.email == right.email:
        return "same"
    domain = domain_of(left.email)
    is_own = population.firms_of_domain(domain) <= rules.common_domain_firms
    return "same_domain" if is_own and domain == domain_of(right.email) else "differs"


def _employees(left: float | None, right: float | None, rules: MatchLevels) -> str | None:
    low, high = sorted((left or 0, right or 0))
    if low <= 0:
        return None
    ratio = high / low
    return "close" if ratio <= rules.close_employees else "far" if ratio > rules.far_employees else None


def _word(left: str, right: str) -> str | None:
    return ("same" if left == right else "differs") if left and right else None


def _differs(left: object, right: object) -> str | None:
    return "differs" if left and right and left != right else None
