"""Invented identities that pass the checks of real ones: credit codes, phone numbers, addresses, people."""

from __future__ import annotations

import numpy as np

from funnelcast.simulator.arrays import Ints, Texts, choose

# GB 32100-2015: 18 characters without I, O, S, V, Z; the last checks the first 17 with weights 3^i mod 31.
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)])
# GB 11714-1997: the organisation code inside it (places 9 to 17) has a check character of its own.
ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
REGISTRATION_AREAS = [
    "110108",
    "310115",
    "320505",
    "330110",
    "370212",
    "420111",
    "440306",
    "440604",
    "500112",
    "510107",
]
# Mobile number ranges that no operator has been given.
PHONE_RANGES = ["154", "161", "163", "164", "168", "169"]

SURNAMES = list("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任沈")
GIVEN = list("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉萍红建文斌宇浩凯健俊帆雪琳晨阳佳慧鑫志国海燕波宁东亮")


def credit_codes(count: int, rng: np.random.Generator) -> Texts:
    """Unified social credit codes (统一社会信用代码): 91 for enterprises, area, organisation code, check character."""
    areas = choose(rng, REGISTRATION_AREAS, count)
    bodies = rng.integers(0, 10, (count, 8))
    return np.array([_credit_code(a, b) for a, b in zip(areas, bodies, strict=True)], dtype=object)


def _credit_code(area: str, body: Ints) -> str:
    check = (11 - int(body @ ORGANISATION_WEIGHTS) % 11) % 11
    code = f"91{area}{''.join(map(str, body))}{'X' if check == 10 else check}"
    return code + credit_check(code)


def credit_check(code: str) -> str:
    """Check character of the first 17 characters of a credit code.

    >>> credit_check("91350100M000100Y4")
    '3'
    """
    total = int(np.array([CREDIT_ALPHABET.index(c) for c in code[:17]]) @ CREDIT_WEIGHTS)
    return CREDIT_ALPHABET[(31 - total % 31) % 31]


def phones(count: int, rng: np.random.Generator) -> Texts:
    """Eleven digits in ranges that belong to nobody."""
    numbers = rng.integers(0, 10**8, count)
    starts = choose(rng, PHONE_RANGES, count)
    return np.array([f"{s}{n:08d}" for s, n in zip(starts, numbers.tolist(), strict=True)], dtype=object)


def people(count: int, rng: np.random.Generator) -> Texts:
    """Full names, surname first."""
    first = choose(rng, SURNAMES, count)
    second = choose(rng, GIVEN, count)
    third = np.where(rng.random(count) < 0.65, choose(rng, GIVEN, count), "")
    return np.asarray(first + second + third, dtype=object)


def emails(prefix: str, numbers: Ints) -> Texts:
    """Addresses under example.com, which RFC 2606 keeps free."""
    return np.array([f"{prefix}{n + 1}@firm{n % 997 + 1}.example.com" for n in numbers.tolist()], dtype=object)
