"""Which pairs of customers are compared: those that share a key (blocking).

A mistyped name is found by its deletion keys: two names one edit apart become equal when one character of each is
left out (SymSpell's symmetric deletion), so those blocks are as small as the truth. A key that many share is split by
finer words; what is still large is left out, so that a very common name or number cannot blow the work up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz.distance import Indel
from rapidfuzz.process import cpdist

from configs.sections import Blocking
from crm_core.golden_record.population import brand_of
from crm_core.golden_record.profile import Profile

Pairs = npt.NDArray[np.int64]  # [n, 2], places in the list of profiles, the lower first
_Keys = Callable[[Profile], list[str]]
_STEM_CHARACTERS, _STEM_WORDS = 4, 2
_CHUNK_PAIRS = 1_000_000


def candidate_pairs(profiles: Sequence[Profile], rules: Blocking) -> Pairs:
    """Pairs that share a key, each once, in order."""
    splits = [_codes([split(profile) for profile in profiles]) for split in _SPLITS]
    strong = _unique([_pairs_of(profiles, keys, splits, rules) for keys in _STRONG], len(profiles))
    weak = _unique([_pairs_of(profiles, keys, splits, rules) for keys in _WEAK], len(profiles))
    alike = weak[_is_alike(profiles, weak, rules.min_name_similarity)]
    return _unique([strong, alike], len(profiles))


def _code(profile: Profile) -> list[str]:
    return [code for code in (profile.code, profile.wrong_code) if code]


def _phone(profile: Profile) -> list[str]:
    return [profile.phone] if profile.phone else []


def _email(profile: Profile) -> list[str]:
    return [profile.email] if profile.email else []


def _core(profile: Profile) -> list[str]:
    return [profile.name.core] if profile.name.core else []


def _deletions(profile: Profile) -> list[str]:
    full = profile.name.full
    return [full, *{full[:place] + full[place + 1 :] for place in range(len(full))}] if profile.name.core else []


def _stem(profile: Profile) -> list[str]:
    core = profile.name.core
    return [" ".join(core.split()[:_STEM_WORDS]) if core.isascii() else core[:_STEM_CHARACTERS]] if core else []


def _brand_and_place(profile: Profile) -> list[str]:
    brand = brand_of(profile.name.core)
    return [f"{brand}|{place}" for place in {*profile.name.places, profile.region} if place] if brand else []


_STRONG: tuple[_Keys, ...] = (_code, _phone, _email, _core)
_WEAK: tuple[_Keys, ...] = (_deletions, _stem, _brand_and_place)
# What an overlarge block is split by, coarse to fine.
_SPLITS: tuple[Callable[[Profile], str], ...] = (
    lambda profile: "".join(profile.name.places),
    lambda profile: profile.region,
    lambda profile: profile.name.full,
    lambda profile: profile.industry,
)


def _codes(words: Sequence[str]) -> npt.NDArray[np.int64]:
    codes: npt.NDArray[np.int64] = pd.factorize(np.array(words, dtype=object))[0].astype(np.int64)
    return codes


def _pairs_of(
    profiles: Sequence[Profile], keys: _Keys, splits: Sequence[npt.NDArray[np.int64]], rules: Blocking
) -> Pairs:
    """Pairs of one kind of key, some more than once."""
    found = [(key, place) for place, profile in enumerate(profiles) for key in keys(profile)]
    if not found:
        return np.empty((0, 2), np.int64)
    block, place = _codes([key for key, _ in found]), np.array([place for _, place in found], np.int64)
    chunks = []
    for split in (None, *splits):
        if split is not None:
            block = _codes_of_two(block, split[place])
        size = np.bincount(block)[block]
        small = (size > 1) & (size <= rules.max_block_rows)
        chunks += list(_pairs_within(block[small], place[small]))
        block, place = block[size > rules.max_block_rows], place[size > rules.max_block_rows]
    return np.concatenate([np.empty((0, 2), np.int64), *chunks])


def _codes_of_two(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    codes: npt.NDArray[np.int64] = pd.factorize(one * (other.max(initial=0) + 1) + other)[0].astype(np.int64)
    return codes


def _pairs_within(block: npt.NDArray[np.int64], place: npt.NDArray[np.int64]) -> Iterator[Pairs]:
    """All pairs of equal `block`, blocks of one size at a time."""
    order = np.argsort(block, kind="stable")
    _, starts, sizes = np.unique(block[order], return_index=True, return_counts=True)
    for size in np.unique(sizes):
        members = place[order][starts[sizes == size][:, None] + np.arange(size)]  # [blocks, size]
        left, right = np.triu_indices(size, 1)
        yield np.stack([members[:, left].ravel(), members[:, right].ravel()], axis=1)


def _unique(chunks: Sequence[Pairs], count: int) -> Pairs:
    """Each pair of different places once, in order."""
    pairs = np.sort(np.concatenate(chunks), axis=1)
    codes = np.unique(pairs[:, 0] * count + pairs[:, 1])
    lower, higher = np.divmod(codes, max(count, 1))
    unique: Pairs = np.stack([lower, higher], axis=1)[lower != higher]
    return unique


def _is_alike(profiles: Sequence[Profile], pairs: Pairs, min_similarity: float) -> npt.NDArray[np.bool_]:
    """[n] names have enough in common, or the shorter has nearly all of itself in the longer."""
    fulls = np.array([profile.name.full for profile in profiles], dtype=object)
    cores = np.array([profile.name.core for profile in profiles], dtype=object)
    lengths = np.array([len(core) for core in cores])
    alike = [np.empty(0, np.bool_)]
    for start in range(0, len(pairs), _CHUNK_PAIRS):
        left, right = pairs[start : start + _CHUNK_PAIRS].T
        similarity = cpdist(fulls[left], fulls[right], scorer=Indel.normalized_similarity)
        distance = cpdist(cores[left], cores[right], scorer=Indel.distance)
        is_part = distance == np.abs(lengths[left] - lengths[right])  # only additions
        alike.append((similarity >= min_similarity) | is_part)
    return np.concatenate(alike)
