from __future__ import annotations

import pytest

from crm_core.golden_record.phone import read_phone


@pytest.mark.parametrize(
    ("entered", "key", "kind"),
    [
        ("13812345678", "+8613812345678", "mobile"),
        ("+86 138-1234-5678", "+8613812345678", "mobile"),
        ("0086 138 1234 5678", "+8613812345678", "mobile"),
        ("(86)13812345678", "+8613812345678", "mobile"),
        ("１３８１２３４５６７８", "+8613812345678", "mobile"),
        ("13812345678/13912345678", "+8613812345678", "mobile"),
        ("13812345678、13912345678", "+8613812345678", "mobile"),
        ("010-62345678", "+861062345678", "landline"),
        ("86-21-62345678", "+862162345678", "landline"),
        ("+86 (0)21 6234 5678", "+862162345678", "landline"),
        ("010-62345678-801", "+861062345678;ext=801", "landline"),
        ("010-62345678转801", "+861062345678;ext=801", "landline"),
        ("010-62345678 分机：801", "+861062345678;ext=801", "landline"),
        ("010 6234 5678 ext. 801", "+861062345678;ext=801", "landline"),
        ("021-6234 5678 x3", "+862162345678;ext=3", "landline"),
        ("400-820-8820", "+864008208820", "service"),
        ("+1 650 253 0000", "+16502530000", "landline or mobile"),
        ("00852 2345 6789", "+85223456789", "landline"),
        ("+44 20 7031 3000", "+442070313000", "landline"),
    ],
)
def test_spellings_of_one_number_have_one_key(entered: str, key: str, kind: str) -> None:
    phone = read_phone(entered, "CN")
    assert phone is not None
    assert (phone.key, phone.kind, phone.is_assigned) == (key, kind, True)


@pytest.mark.parametrize("entered", [None, "", "无", "12", "n/a", "138123456789012345"])
def test_what_cannot_be_dialled_is_none(entered: str | None) -> None:
    assert read_phone(entered, "CN") is None


def test_a_range_that_nobody_has_is_told() -> None:
    phone = read_phone("16412345678", "CN")
    assert phone is not None
    assert (phone.key, phone.is_assigned) == ("+8616412345678", False)


def test_the_region_is_that_of_the_configuration() -> None:
    phone = read_phone("(650) 253-0000", "US")
    assert phone is not None
    assert phone.key == "+16502530000"
