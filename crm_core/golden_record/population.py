"""How telling an agreement is: how many firms share a name, a phone number, a mail domain."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from crm_core.golden_record.company_name import CompanyName
from crm_core.golden_record.profile import Profile

_BRAND_CHARACTERS = 2


def brand_of(core: str) -> str:
    """The part of a core that tells firms of one trade apart: two characters, or the first word.

    >>> brand_of("鑫源精密机械"), brand_of("acme machinery")
    ('鑫源', 'acme')
    """
    return core.partition(" ")[0] if core.isascii() else core[:_BRAND_CHARACTERS]


class Population:
    """Counts over all customers, taken once."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        codes: defaultdict[str, set[str]] = defaultdict(set)
        phones: defaultdict[str, set[str]] = defaultdict(set)
        domains: defaultdict[str, set[str]] = defaultdict(set)
        names: set[CompanyName] = set()
        for profile in profiles:
            firm = profile.code or profile.name.full
            codes[profile.name.full].add(profile.code)
            phones[profile.phone].add(firm)
            domains[domain_of(profile.email)].add(firm)
            names.add(CompanyName(profile.name.core, profile.name.places))
        self._firms_of_phone = {phone: len(firms) for phone, firms in phones.items() if len(firms) > 1}
        self._firms_of_domain = {domain: len(firms) for domain, firms in domains.items() if len(firms) > 1}
        self._firms_of_name = {name: len(found - {""}) for name, found in codes.items() if len(found - {""}) > 1}
        self._names_beginning = _count_beginnings(names)

    def firms_of_phone(self, phone: str) -> int:
        """Firms (by code, else by name) that gave this number."""
        return self._firms_of_phone.get(phone, 1)

    def firms_of_domain(self, domain: str) -> int:
        """Firms that have mail there."""
        return self._firms_of_domain.get(domain, 1)

    def firms_of_name(self, name: CompanyName) -> int:
        """Different valid codes under this whole name; at least 1."""
        return self._firms_of_name.get(name.full, 1)

    def names_beginning(self, core: str, place: str = "") -> int:
        """Different whole names, of this place if one is given, whose core begins so; at least 1.

        Counted for cores and brands that occur.
        """
        return self._names_beginning.get((core, place), 1)


def domain_of(email: str) -> str:
    """What follows the @.

    >>> domain_of("a@firm.example.com")
    'firm.example.com'
    """
    return email.rpartition("@")[2]


def _count_beginnings(names: set[CompanyName]) -> dict[tuple[str, str], int]:
    beginnings = {name.core for name in names} | {brand_of(name.core) for name in names}
    counts: Counter[tuple[str, str]] = Counter()
    for name in names:
        for length in range(1, len(name.core) + 1):
            if (start := name.core[:length]) in beginnings:
                counts.update((start, place) for place in ("", *name.places))
    return {key: count for key, count in counts.items() if count > 1}
