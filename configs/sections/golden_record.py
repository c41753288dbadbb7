from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from configs.sections.base import PositiveInt, Section, Share

Bits = Annotated[float, Field(ge=-64, le=64)]
Ratio = Annotated[float, Field(ge=1)]
Choice = Literal["newest", "oldest", "fullest"]


class Blocking(Section):
    max_block_rows: Annotated[int, Field(ge=2)]
    min_name_similarity: Share


class MatchLevels(Section):
    min_typo_length: PositiveInt
    max_typo_share: Share
    min_similarity: Share
    common_phone_firms: PositiveInt
    common_domain_firms: PositiveInt
    close_employees: Ratio
    far_employees: Ratio


class CodeBits(Section):
    same: Bits
    slip: Bits


class NameBits(Section):
    same: Bits
    same_core: Bits
    typo: Bits
    brand_typo: Bits
    abbreviation: Bits
    similar: Bits
    different: Bits


class DiffersBits(Section):
    differs: Bits


class PhoneBits(Section):
    same: Bits
    common: Bits
    differs: Bits


class EmailBits(Section):
    same: Bits
    same_domain: Bits
    differs: Bits


class WordBits(Section):
    same: Bits
    differs: Bits


class EmployeesBits(Section):
    close: Bits
    far: Bits


class MatchBits(Section):
    code: CodeBits
    name: NameBits
    place: DiffersBits
    form: DiffersBits
    branch: DiffersBits
    phone: PhoneBits
    email: EmailBits
    region: WordBits
    industry: WordBits
    employees: EmployeesBits


class MatchDecision(Section):
    automatic_bits: Bits
    review_bits: Bits
    chain_bits: Bits
    ambiguity_bits: Annotated[float, Field(ge=0)]
    max_members: Annotated[int, Field(ge=2)]

    @model_validator(mode="after")
    def _reviews_before_it_merges(self) -> MatchDecision:
        if not self.chain_bits <= self.review_bits <= self.automatic_bits:
            raise ValueError(
                "chain_bits <= review_bits <= automatic_bits must hold, but got "
                f"{self.chain_bits}, {self.review_bits}, {self.automatic_bits}."
            )
        return self


class Survivorship(Section):
    name: Choice
    unified_social_credit_code: Choice
    phone: Choice
    email: Choice
    industry: Choice
    region: Choice
    employee_count: Choice
    annual_revenue_cents: Choice
    created_at: Choice
    attributes: Literal["newest", "oldest"]


class GoldenRecord(Section):
    phone_region: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    blocking: Blocking
    levels: MatchLevels
    bits: MatchBits
    decision: MatchDecision
    survivorship: Survivorship
