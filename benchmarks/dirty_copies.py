"""Customers of which some are dirty copies of others, with the truth kept apart.

Planted truth: `DirtyCustomers.firms` names the firm behind each row; two rows are duplicates if and only if it is one.
Firms are those of the simulator, whose small vocabulary makes names that differ in one character common. 90 % have a
code, 95 % a phone, 80 % a mail address (half of them at a provider). Of the rows
- 17 % are copies. The name is as it was (20 %), spelt another way (30 %: legal form, brackets, full width, 市, spaces),
  mistyped (25 %: one character replaced, dropped, doubled or swapped, anywhere) or abbreviated (25 %: without the form
  and the place, or the trade's last words). The code is left out (50 %) or has a slip (5 %); the phone is written
  another way, moved (25 %) or missing (10 %); mail is missing (25 %), of a colleague (15 %) or another (10 %); region,
  industry and head count are missing (10 % each), the head count is off by up to a tenth (45 %), the industry another
  (3 %).
- 3 % are homonyms: the name of another firm in another city (half) or letter by letter (half), else a firm of its own.
- 3 % are branches, with a code of their own (70 %) or none, the firm's phone (40 %) and its mail domain.
- 2 % are sister firms: brand and city of another, another trade, its phone (30 %), its mail domain (half).
- 1 % of all numbers are those of agents, who give their own for twenty firms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from funnelcast.simulator.codes import credit_codes, phones
from funnelcast.simulator.customers import draw_firms
from funnelcast.simulator.vocabulary import INDUSTRIES, REGIONS

COPIES, HOMONYMS, BRANCHES, SISTERS = 0.17, 0.03, 0.03, 0.02
PROVIDERS = ("qq.example", "163.example", "126.example", "sina.example", "outlook.example")
CITIES = [city for cities in REGIONS.values() for city in cities]
REGION_OF = {city: region for region, cities in REGIONS.items() for city in cities}
TRADES = sorted({trade for trades in INDUSTRIES.values() for trade in trades})
FORMS = ("股份有限公司", "集团有限公司", "有限公司", "集团")
TYPED = list("源元园圆达大鑫新信欣精晶金密蜜机基械戒电子司思科克技华化工公宏洪恒衡瑞锐")
Row = dict[str, object]


@dataclass(frozen=True)
class DirtyCustomers:
    """`rows` in the bundle's columns; `firms` [n] the firm behind each; `kinds` [n] firm, copy, homonym, ..."""

    rows: pd.DataFrame
    firms: list[int]
    kinds: list[str]


def draw_dirty_customers(count: int, seed: int) -> DirtyCustomers:
    """About `count` customers in random order."""
    rng = np.random.default_rng(seed)
    shares = {"copy": COPIES, "homonym": HOMONYMS, "branch": BRANCHES, "sister": SISTERS}
    rows = _firms(count - sum(int(count * share) for share in shares.values()), rng)
    firms, kinds, spare = list(range(len(rows))), ["firm"] * len(rows), _spare(count, rng)
    originals = list(rows)
    for kind, share in shares.items():
        for place in rng.integers(0, len(originals), int(count * share)).tolist():
            rows.append(_MAKERS[kind](originals[place], spare.pop(), rng))
            firms.append(place if kind == "copy" else len(rows) - 1)
            kinds.append(kind)
    order = rng.permutation(len(rows)).tolist()
    frame = pd.DataFrame([rows[place] for place in order])
    frame.insert(0, "customer_id", [f"C{place:06d}" for place in range(len(frame))])
    return DirtyCustomers(frame, [firms[place] for place in order], [kinds[place] for place in order])


def _firms(count: int, rng: np.random.Generator) -> list[Row]:
    drawn = draw_firms(count, rng)
    numbers, codes = phones(count, rng), credit_codes(count, rng)
    agents = rng.random(count) < 0.01
    numbers[agents] = rng.choice(numbers[: max(count // 2000, 1)], int(agents.sum()))
    days = pd.Timestamp("2020-01-01", tz="UTC") + pd.to_timedelta(rng.integers(0, 1500, count), unit="D")
    return [
        {
            "name": firm.name,
            "unified_social_credit_code": code if rng.random() < 0.9 else None,
            "phone": phone if rng.random() < 0.95 else None,
            "email": _mail(place, rng) if rng.random() < 0.8 else None,
            "industry": firm.industry,
            "region": firm.region,
            "employee_count": int(firm.employees),
            "created_at": day.isoformat(),
        }
        for place, (firm, code, phone, day) in enumerate(
            zip(drawn.itertuples(name="Firm", index=False), codes, numbers, days, strict=True)
        )
    ]


def _spare(count: int, rng: np.random.Generator) -> list[Row]:
    """Codes, phones and head counts for rows that are firms of their own, or moved."""
    drawn = zip(credit_codes(count, rng), phones(count, rng), rng.integers(5, 900, count).tolist(), strict=True)
    return [{"unified_social_credit_code": c, "phone": p, "employee_count": e} for c, p, e in drawn]


def _mail(place: int, rng: np.random.Generator) -> str:
    domain = rng.choice(PROVIDERS) if rng.random() < 0.5 else f"firm{place}.example.com"
    return f"u{rng.integers(10**9)}@{domain}"


def _copy(firm: Row, spare: Row, rng: np.random.Generator) -> Row:
    row = dict(firm)
    row["name"] = _dirty_name(str(firm["name"]), rng)
    row["unified_social_credit_code"] = _dirty_code(firm["unified_social_credit_code"], rng)
    row["phone"] = _pick(rng, (0.65, 0.25, 0.1), (_written(firm["phone"], rng), spare["phone"], None))
    other = _mail(int(rng.integers(10**6, 10**8)), rng)
    row["email"] = _pick(rng, (0.5, 0.15, 0.1, 0.25), (firm["email"], _colleague(firm["email"], rng), other, None))
    near = int(int(str(firm["employee_count"])) * rng.uniform(0.9, 1.1))
    row["employee_count"] = _pick(rng, (0.45, 0.45, 0.1), (firm["employee_count"], near, None))
    row["region"] = _pick(rng, (0.9, 0.1), (firm["region"], None))
    row["industry"] = _pick(rng, (0.87, 0.03, 0.1), (firm["industry"], rng.choice(list(INDUSTRIES)), None))
    row["created_at"] = _later(firm, rng)
    return row


def _homonym(firm: Row, spare: Row, rng: np.random.Generator) -> Row:
    row = {**firm, **spare, "email": _mail(int(rng.integers(10**6, 10**8)), rng), "created_at": _later(firm, rng)}
    row["unified_social_credit_code"] = spare["unified_social_credit_code"] if rng.random() < 0.9 else None
    row["industry"] = _pick(rng, (0.5, 0.5), (firm["industry"], rng.choice(list(INDUSTRIES))))
    if rng.random() < 0.5:
        city = str(rng.choice(CITIES))
        row["name"], row["region"] = _in_city(str(firm["name"]), city), REGION_OF[city]
    return row


def _branch(firm: Row, spare: Row, rng: np.random.Generator) -> Row:
    city = str(rng.choice(CITIES))
    row = {
        **firm,
        **spare,
        "name": f"{firm['name']}{city}{rng.choice(['分公司', '办事处'])}",
        "region": REGION_OF[city],
    }
    row["unified_social_credit_code"] = spare["unified_social_credit_code"] if rng.random() < 0.7 else None
    row["phone"] = _pick(rng, (0.4, 0.6), (firm["phone"], spare["phone"]))
    row["email"] = _colleague(firm["email"], rng)
    return row | {"created_at": _later(firm, rng)}


def _sister(firm: Row, spare: Row, rng: np.random.Generator) -> Row:
    city, brand, _ = _parts(str(firm["name"]))
    row = {**firm, **spare, "name": f"{city}{brand}{rng.choice(TRADES)}有限公司", "created_at": _later(firm, rng)}
    row["unified_social_credit_code"] = spare["unified_social_credit_code"] if rng.random() < 0.9 else None
    row["phone"] = _pick(rng, (0.3, 0.7), (firm["phone"], spare["phone"]))
    row["email"] = _pick(rng, (0.5, 0.5), (_colleague(firm["email"], rng), _mail(int(rng.integers(10**6, 10**8)), rng)))
    return row


_MAKERS = {"copy": _copy, "homonym": _homonym, "branch": _branch, "sister": _sister}


def _dirty_name(name: str, rng: np.random.Generator) -> str:
    return str(_pick(rng, (0.2, 0.3, 0.25, 0.25), (name, _spelt(name, rng), _mistyped(name, rng), _short(name, rng))))


def _spelt(name: str, rng: np.random.Generator) -> str:
    city, brand, rest = _parts(name)
    spellings = (
        name.replace("有限公司", "有限责任公司") if "股份" not in name else name.replace("有限公司", "公司"),
        f"{city}市{brand}{rest}",
        f"{brand}{rest.removesuffix('有限公司')}（{city}）有限公司" if rest.endswith("有限公司") else f" {name}",
        f"{city} {brand} {rest}",
        name.replace("集团", "（集团）"),
        f"{name}　".replace("公司", " 公司 "),
    )
    return spellings[int(rng.integers(len(spellings)))]


def _mistyped(name: str, rng: np.random.Generator) -> str:
    place = int(rng.integers(0, len(_without_form(name)) - 1))
    typed = str(rng.choice(TYPED))
    head, one, two, tail = name[:place], name[place], name[place + 1], name[place + 2 :]
    return str(_pick(rng, (0.6, 0.15, 0.1, 0.15), (
        f"{head}{typed}{two}{tail}", f"{head}{two}{tail}", f"{head}{one}{one}{two}{tail}", f"{head}{two}{one}{tail}",
    )))  # fmt: skip


def _short(name: str, rng: np.random.Generator) -> str:
    city, brand, rest = _parts(_without_form(name))
    return str(_pick(rng, (0.4, 0.3, 0.3), (f"{brand}{rest}", f"{city}{brand}{rest}", f"{city}{brand}{rest[:2]}")))


def _without_form(name: str) -> str:
    return next((name.removesuffix(form) for form in FORMS if name.endswith(form)), name)


def _parts(name: str) -> tuple[str, str, str]:
    city = next(city for city in CITIES if name.startswith(city))
    return city, name[len(city) : len(city) + 2], name[len(city) + 2 :]


def _in_city(name: str, city: str) -> str:
    _, brand, rest = _parts(name)
    return f"{city}{brand}{rest}"


def _dirty_code(code: object, rng: np.random.Generator) -> object:
    if code is None:
        return None
    place = int(rng.integers(8, 17))
    slip = f"{str(code)[:place]}{(int(str(code)[place], 36) + 1) % 10}{str(code)[place + 1 :]}"
    return _pick(rng, (0.45, 0.05, 0.5), (code, slip, None))


def _written(phone: object, rng: np.random.Generator) -> object:
    number = str(phone)
    ways = (number, f"+86 {number}", f"{number[:3]}-{number[3:7]}-{number[7:]}", f"０{number}"[1:], f"(86){number}")
    return None if phone is None else ways[int(rng.integers(len(ways)))]


def _colleague(email: object, rng: np.random.Generator) -> object:
    return None if email is None else f"v{rng.integers(10**9)}@{str(email).partition('@')[2]}"


def _later(firm: Row, rng: np.random.Generator) -> str:
    return (pd.Timestamp(str(firm["created_at"])) + pd.Timedelta(days=int(rng.integers(1, 300)))).isoformat()


def _pick(rng: np.random.Generator, shares: tuple[float, ...], values: tuple[object, ...]) -> object:
    return values[int(rng.choice(len(values), p=shares))]
