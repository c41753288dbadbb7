"""How closely two company names agree."""

from __future__ import annotations

from rapidfuzz.distance import OSA, Indel

from configs.sections import MatchLevels
from crm_core.golden_record.company_name import CompanyName
from crm_core.golden_record.population import Population, brand_of


def name_level(left: CompanyName, right: CompanyName, levels: MatchLevels) -> str | None:
    """One of same, same_core, typo, brand_typo, abbreviation, similar, different; None where one has no own name.

    A typo is judged on place and core together, because a mistyped place is no place; one in the brand weighs less,
    since 苏州鑫源机械 and 苏州鑫达机械 are two firms more often than one.
    """
    if not left.core or not right.core:
        return None
    if left.core == right.core:
        return "same" if left.places == right.places else "same_core"
    if _is_abbreviation(left.core, right.core):
        return "abbreviation"
    if _is_typo(left, right, levels):
        return "typo" if _is_same_brand(left, right) else "brand_typo"
    is_similar = Indel.normalized_similarity(left.core, right.core) >= levels.min_similarity
    return "similar" if is_similar and _is_same_brand(left, right) else "different"


def count_rivals(left: CompanyName, right: CompanyName, level: str | None, population: Population) -> int:
    """How many firms the less telling of the two names could mean."""
    if level == "same" and left.places:
        return population.firms_of_name(left)
    if level in {"same", "same_core", "abbreviation"}:
        short, long = sorted((left, right), key=lambda name: (len(name.core), len(name.places)))
        is_beginning = long.core.startswith(short.core)
        beginning = short.core if is_beginning else brand_of(short.core)
        count = population.names_beginning(beginning, short.places[0] if short.places else "")
        return max(count - (is_beginning and level != "same"), 1)  # the short name itself is no rival
    return 1


def _is_abbreviation(left: str, right: str) -> bool:
    """The shorter begins with the other's brand and leaves out some of the rest, in order."""
    short, long = sorted((left, right), key=len)
    if len(short) < len(brand_of(long)) or not short.startswith(brand_of(long)):
        return False
    rest = iter(long)
    return all(character in rest for character in short)


def _is_same_brand(left: CompanyName, right: CompanyName) -> bool:
    """Each name holds the other's brand; a name without a place may begin with a mistyped one, so it is not asked."""
    located = [pair for pair in ((left, right), (right, left)) if pair[0].places]
    return all(brand_of(one.core) in other.full for one, other in located or [(left, right), (right, left)])


def _is_typo(left: CompanyName, right: CompanyName, levels: MatchLevels) -> bool:
    length = max(len(left.full), len(right.full))
    if min(len(left.full), len(right.full)) < levels.min_typo_length:
        return False
    allowed = int(length * levels.max_typo_share)
    return OSA.distance(left.full, right.full, score_cutoff=allowed) <= allowed
