"""The kind of an attribute, found by inspecting its values.

number    every value is a plain number, and neither code nor id (007, a column called Postcode, distinct 8 digits)
boolean   every value is a word for yes or no
moment    every value is a date or moment, year first
category  words, few distinct ones
text      words, many distinct or long ones
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_core.intake.moments import parse_moments
from crm_core.intake.words import BOOLEAN_WORDS, as_words

NUMBER = r"^[¥￥$€£]?-?((0|[1-9]\d{0,14})|[1-9]\d{0,2}(,\d{3})+)(\.\d+)?([eE][+-]?\d{1,3})?$"
_INTEGER = r"^[1-9]\d*$"
_ISO_START = r"^\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}"
_MAX_CATEGORY_LENGTH = 100
_MIN_ID_DIGITS = 6
_MIN_ID_ROWS = 50
# An id by its name: "Prospect ID", "leadId", "客户编号". A "number" may as well be a count, so it needs a second sign.
_ID_NAME = re.compile(
    r"(?i:(^|[\W_])(ids?|uuid|guid|codes?|zip|post\s?code|postal|phone|mobile|tel|fax))$|[a-z](ID|Id|Code)$"
    r"|(编号|编码|代码|号码|电话|手机|邮编)$"
)
_NUMBER_NAME = re.compile(r"(?i:(^|[\W_])(no|nr|num|number))\.?$|[a-z](No|Nr|Num|Number)$|号$")


def kind_of(name: str, values: pa.Array, zone: str, max_category_values: int, *, is_typed: bool) -> str:
    """Kind of a column of which at least one value is not null. `is_typed`: it comes from a file with types."""
    if kind := _kind_of_type(values.type):
        if kind == "number" and _is_id(name, words := as_words(values)):
            return words_kind(pc.unique(words.drop_null()), max_category_values)
        return kind
    distinct = pc.unique(values.drop_null())
    if all(word.lower() in BOOLEAN_WORDS for word in distinct.slice(0, 20).to_pylist()) and len(distinct) <= 20:
        return "boolean"
    # In a file with types a column of words that look like numbers was meant to be words.
    if not is_typed and _all(distinct, NUMBER):
        return words_kind(distinct, max_category_values) if _is_id(name, values) else "number"
    if _all(distinct, _ISO_START) and not parse_moments(distinct, zone).is_bad.any():
        return "moment"
    return words_kind(distinct, max_category_values)


def words_kind(distinct: pa.Array, max_category_values: int) -> str:
    """Category for few short words, else text."""
    longest = pc.max(pc.utf8_length(distinct)).as_py() or 0
    return "category" if len(distinct) <= max_category_values and longest <= _MAX_CATEGORY_LENGTH else "text"


def _kind_of_type(kind: pa.DataType) -> str | None:
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    return "moment" if pa.types.is_timestamp(kind) or pa.types.is_date(kind) else None


def _is_id(name: str, values: pa.Array) -> bool:
    """Whether whole numbers name things instead of counting them: by the column's name, or by all being distinct and
    of one length.
    """
    present = values.drop_null()
    if not _all(present, _INTEGER):
        return False
    lengths = np.asarray(pc.utf8_length(present))
    same_length = bool((lengths == lengths[0]).all())
    is_unique = len(pc.unique(present)) == len(present)
    if _ID_NAME.search(name.strip()) or (_NUMBER_NAME.search(name.strip()) and same_length and lengths[0] >= 4):
        return True
    return same_length and is_unique and lengths[0] >= _MIN_ID_DIGITS and len(present) >= _MIN_ID_ROWS


def _all(values: pa.Array, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(values, pattern), min_count=0).as_py())
