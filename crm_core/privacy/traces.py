"""Finding a person again in free text: numbers however they are spaced, addresses however they are escaped, names."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import phonenumbers

from crm_core.golden_record.phone import read_phone

ERASED = "[erased]"
_BETWEEN = r"[\s\-().]{0,3}"
_AT = r"(?:@|%40|&#64;|\\u0040)"
_LEAST_DIGITS, _SAFE_DIGITS = 6, 10
_LEAST_WORD, _LEAST_CJK = 4, 2
_NO_DIGIT = re.compile("[^0-9]")


@dataclass(frozen=True)
class Traces:
    """What a person is known by. `phones` and `emails` as entered; `names` of person and firm, and other exact words.

    Names shorter than four letters (two Chinese characters) are not looked for in texts: they would hit other words.
    """

    phones: frozenset[str]
    emails: frozenset[str]
    names: frozenset[str]
    region: str

    @cached_property
    def contacts(self) -> re.Pattern[str]:
        """Numbers and addresses, in any form; matches nothing where there is none."""
        return _any_of(
            [*_made(_phone_form, ((one, self.region) for one in self.phones)), *map(_email_form, self.emails)]
        )

    @cached_property
    def everything(self) -> re.Pattern[str]:
        """Contacts and names."""
        forms = [_name_form(form) for name in self.names if _is_distinct(name) for form in _escapes(name)]
        return _any_of([self.contacts.pattern, *forms])

    def redact(self, text: str) -> str:
        """The text with `[erased]` in the place of every trace.

        >>> traces = Traces(frozenset({"13800138000"}), frozenset({"li@firm.cn"}), frozenset({"王小明"}), "CN")
        >>> traces.redact("王小明 +86 138-0013-8000, LI@firm.cn; order 7")
        '[erased] [erased], [erased]; order 7'
        """
        return self.everything.sub(ERASED, text)

    def redact_contacts(self, text: str) -> str:
        """The same for numbers and addresses only, where a name may be somebody else's word."""
        return self.contacts.sub(ERASED, text)

    def redact_json(self, value: Any, *, with_names: bool = True) -> Any:
        """Plain JSON with every text in it redacted; a number that is a phone number becomes null."""
        if isinstance(value, str):
            return self.redact(value) if with_names else self.redact_contacts(value)
        if isinstance(value, dict):
            redact = self.redact if with_names else self.redact_contacts
            return {redact(str(key)): self.redact_json(inner, with_names=with_names) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.redact_json(inner, with_names=with_names) for inner in value]
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return None if is_number and self.contacts.fullmatch(f"{value:.0f}") else value


def contact_keys(phones: Iterable[str | None], emails: Iterable[str | None]) -> set[tuple[str, str]]:
    """("phone", last ten digits) and ("email", lower case): what two entries of one number or address share.

    Cheap, because an import asks it of every row; where two numbers end alike in two countries, they count as one.

    >>> sorted(contact_keys(["+86 138-0013-8000", "010", None], ["Li@Firm.cn", ""]))
    [('email', 'li@firm.cn'), ('phone', '3800138000')]
    """
    keys = {("email", email.strip().lower()) for email in emails if email and email.strip()}
    for text in phones:
        digits = _NO_DIGIT.sub("", unicodedata.normalize("NFKC", text or ""))
        if len(digits) > _LEAST_DIGITS:
            keys.add(("phone", digits[-10:]))
    return keys


def _made(make: Any, arguments: Iterable[tuple[str, str]]) -> list[str]:
    return [form for one in arguments if (form := make(*one))]


def _phone_form(text: str, region: str) -> str:
    """Expression of a number; empty where it has too few digits to be told from others."""
    phone = read_phone(text, region)
    if phone is None:
        digits, prefix = re.sub(r"\D", "", text), ""
    else:
        number = phonenumbers.parse(phone.e164)
        digits = str(number.national_number)
        prefix = rf"(?:(?:\+|00)?{number.country_code}{_BETWEEN})?0?"
    if len(digits) < _LEAST_DIGITS:
        return ""
    form = prefix + _BETWEEN.join(_digit(one) for one in digits)
    # A long number cannot be part of another by chance, and may follow a digit, as in %20138...
    return form if len(digits) >= _SAFE_DIGITS else rf"(?<!\d){form}(?!\d)"


def _digit(one: str) -> str:
    return f"[{one}{chr(ord('0') + int(one) + 0xFEE0)}]"  # full-width too


def _email_form(text: str) -> str:
    name, _, domain = text.strip().partition("@")
    parts = _AT.join(re.escape(part) for part in (name, domain) if part)
    return rf"(?<![\w.+-]){parts}(?![\w-])" if parts else "(?!)"


def _name_form(name: str) -> str:
    words = r"\s+".join(re.escape(word) for word in name.split())
    before, after = (r"(?<!\w)" if name[0].isascii() else ""), (r"(?!\w)" if name[-1].isascii() else "")
    return f"{before}{words}{after}" if name[0] != "\\" else words


def _escapes(name: str) -> set[str]:
    """A name as it stands in text, in HTML and in JSON that is ASCII."""
    return {name, html.escape(name), json.dumps(name)[1:-1]}


def _is_distinct(name: str) -> bool:
    plain = name.strip()
    least = _LEAST_WORD if plain.isascii() else _LEAST_CJK
    return len(plain) >= least


def _any_of(forms: Iterable[str]) -> re.Pattern[str]:
    found = [form for form in forms if form and form != "(?!)"]
    return re.compile("|".join(sorted(found, key=len, reverse=True)) or "(?!)", re.IGNORECASE)
