from __future__ import annotations

import numpy as np

from funnelcast.simulator.codes import CREDIT_ALPHABET, credit_check, credit_codes


def test_check_character_of_the_codes_of_known_organisations() -> None:
    """Two published codes: Huawei Technologies Co., Ltd. and Tencent Computer Systems Co., Ltd."""
    for code in ("914403001922038216", "9144030071526726XG"):
        assert credit_check(code) == code[-1]


def test_codes_carry_both_check_characters() -> None:
    weights = [3, 7, 9, 10, 5, 8, 4, 2]
    for code in credit_codes(500, np.random.default_rng(0)):
        assert len(code) == 18
        assert set(code) <= set(CREDIT_ALPHABET)
        assert credit_check(code) == code[-1]
        check = (11 - sum(w * int(c) for w, c in zip(weights, code[8:16], strict=True)) % 11) % 11
        assert code[16] == ("X" if check == 10 else str(check))
