"""What speaks for and against two customers being one firm, in bits.

Fellegi and Sunter, A Theory for Record Linkage, JASA 64 (1969): the evidence of independent fields adds up. The bits
are set in the configuration, not learnt; splink would learn them by EM, but it is far heavier, works on DuckDB, which
lives in `features` alone, and what it learns on a few hundred customers no person could check (docs/golden-record.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from configs.sections import GoldenRecord
from crm_core.golden_record.field_levels import levels_of
from crm_core.golden_record.name_level import count_rivals
from crm_core.golden_record.population import Population
from crm_core.golden_record.profile import Profile


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two customers, compared. `bits`: field -> what it adds, `rivals` included; `levels`: field -> how it agrees."""

    left_id: str
    right_id: str
    levels: dict[str, str]
    bits: dict[str, float]
    total_bits: float

    @property
    def score(self) -> float:
        """Probability of being one firm, were the fields independent; 4 places."""
        return round(1 / (1 + 2**-self.total_bits), 4)


class Matcher:
    """Compares customers of one population by one configuration."""

    def __init__(self, rules: GoldenRecord, population: Population) -> None:
        self._rules, self._population = rules.levels, population
        self._bits: dict[str, dict[str, float]] = rules.bits.model_dump()

    def compare(self, left: Profile, right: Profile) -> Evidence:
        """The evidence of a pair; the same in either order."""
        levels = levels_of(left, right, self._rules, self._population)
        bits = {field: self._bits[field][level] for field, level in levels.items()}
        rivals = count_rivals(left.name, right.name, levels.get("name"), self._population)
        if rivals > 1:
            bits["rivals"] = round(-math.log2(rivals), 2)
        first, second = sorted((left.customer_id, right.customer_id))
        return Evidence(first, second, levels, bits, round(sum(bits.values()), 2))


def must_differ(left: Profile, right: Profile) -> bool:
    """Two different codes that are both right are two firms, whatever else agrees."""
    return bool(left.code and right.code and left.code != right.code)
