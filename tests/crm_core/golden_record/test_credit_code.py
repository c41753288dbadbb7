from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.golden_record.credit_code import ALPHABET, check_character, clean_code, is_valid_code

# GB 32100-2015, appendix; then codes that firms print on their own web sites.
KNOWN = [
    "91350100M000100Y43",
    "91330100799655058B",  # Alibaba (China)
    "9144030071526726XG",  # Tencent
    "914403001922038216",  # Huawei
    "91110108551385082Q",  # Xiaomi
    "91110000802100433B",  # Baidu
]


@pytest.mark.parametrize("code", KNOWN)
def test_known_codes_are_valid(code: str) -> None:
    assert is_valid_code(code)


@pytest.mark.parametrize(
    "entered",
    ["９１３５０１００M０００１００Y４３", " 91350100 m000100y43", "91350100-M000100Y-43", "91350100\u3000M000100Y43"],
)
def test_spelling_does_not_matter(entered: str) -> None:
    assert clean_code(entered) == KNOWN[0]


@pytest.mark.parametrize("entered", [None, "", " - "])
def test_nothing_is_no_code(entered: str | None) -> None:
    assert clean_code(entered) is None


@pytest.mark.parametrize("code", [None, "", KNOWN[0][:-1], KNOWN[0] + "3", "91350100O000100Y43", "91350100中000100Y43"])
def test_another_length_or_letter_is_invalid(code: str | None) -> None:
    assert not is_valid_code(code)


@given(st.text(ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(ALPHABET))
def test_every_single_slip_is_found(body: str, place: int, other: str) -> None:
    code = body + check_character(body)
    slipped = code[:place] + other + code[place + 1 :]
    assert is_valid_code(code)
    assert is_valid_code(slipped) == (slipped == code)
