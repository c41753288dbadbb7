"""Phone numbers: E.164 and an extension, read by Google's libphonenumber."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

_EXTENSION_WORDS = re.compile(r"(?:转|轉|分机|分機|内线)+[号::]*")
_NEXT_NUMBER = re.compile(r"[/;,、|\n]|(?<=\d)\s{2,}(?=\d)")
_HYPHENED_EXTENSION = re.compile(r"^(?P<number>.*\d)-(?P<extension>\d{1,6})$")
_KINDS = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "landline",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "landline or mobile",
    PhoneNumberType.TOLL_FREE: "service",
    PhoneNumberType.SHARED_COST: "service",
    PhoneNumberType.PREMIUM_RATE: "service",
    PhoneNumberType.UAN: "service",
}


@dataclass(frozen=True)
class Phone:
    """A number that could be dialled. `is_assigned`: its range was given to somebody, as far as the library knows."""

    e164: str
    extension: str | None
    kind: str  # mobile | landline | landline or mobile | service | unknown
    is_assigned: bool

    @property
    def key(self) -> str:
        """What two entries of one connection share, as RFC 3966 writes it."""
        return f"{self.e164};ext={self.extension}" if self.extension else self.e164


def read_phone(text: str | None, region: str) -> Phone | None:
    """The first number in `text`, `region` (ISO 3166) unless it names its country; None where there is none.

    >>> read_phone("010-6234 5678 转 801", "CN").key
    '+861062345678;ext=801'
    >>> read_phone("+1 (650) 253-0000", "CN").kind
    'landline or mobile'
    """
    plain = unicodedata.normalize("NFKC", text or "").strip()
    plain = _EXTENSION_WORDS.sub(" ext. ", _NEXT_NUMBER.split(plain, maxsplit=1)[0])
    number = _parsed(plain, region)
    hyphened = _HYPHENED_EXTENSION.match(plain)
    if hyphened and not (number and phonenumbers.is_valid_number(number)):
        shorter = _parsed(hyphened["number"], region)
        if shorter and phonenumbers.is_valid_number(shorter):
            return _phone(shorter, hyphened["extension"])
    return _phone(number, number.extension) if number and phonenumbers.is_possible_number(number) else None


def _parsed(text: str, region: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None


def _phone(number: PhoneNumber, extension: str | None) -> Phone:
    kind = _KINDS.get(phonenumbers.number_type(number), "unknown")
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return Phone(e164, extension or None, kind, phonenumbers.is_valid_number(number))
