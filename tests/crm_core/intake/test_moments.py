from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from crm_core.intake.moments import local_dates, parse_moments

ZONE = "Asia/Shanghai"
GOOD = [
    ("2024-01-05", "2024-01-04T16:00:00"),
    ("2024-01-05 13:05", "2024-01-05T05:05:00"),
    ("2024-01-05T13:05:09Z", "2024-01-05T13:05:09"),
    ("2024-01-05T13:05:09.5+02:00", "2024-01-05T11:05:09.500000"),
    ("2024-01-05 13:05:09 +0800", "2024-01-05T05:05:09"),
    ("2024-01-05 13:05:09 UTC", "2024-01-05T13:05:09"),
    ("2024/1/5 3:05", "2024-01-04T19:05:00"),
    ("2024-1-5T9:05", "2024-01-05T01:05:00"),
    ("2024.01.05", "2024-01-04T16:00:00"),
    ("20240105", "2024-01-04T16:00:00"),
    ("2024年1月5日", "2024-01-04T16:00:00"),
    ("2024年1月5日 13:05:10", "2024-01-05T05:05:10"),
    ("1902-01-02", "1902-01-01T16:00:00"),
    ("2200-12-31", "2200-12-30T16:00:00"),
    ("20240105T130509Z", "2024-01-05T13:05:09"),
    ("20240105T130509.5+0200", "2024-01-05T11:05:09.500000"),
    ("2024-01-05T1305", "2024-01-05T05:05:00"),
    ("20240105 130509", "2024-01-05T05:05:09"),
    ("2024-01-05T13", "2024-01-05T05:00:00"),
    ("2024-01-05T13Z", "2024-01-05T13:00:00"),
    ("2024-01-05 24:00:00", "2024-01-05T16:00:00"),
    ("2023-12-31T24:00Z", "2024-01-01T00:00:00"),
    ("2024/2/29 24:00", "2024-02-29T16:00:00"),
]


@pytest.mark.parametrize(("word", "utc"), GOOD)
def test_a_moment_is_read_in_its_zone(word: str, utc: str) -> None:
    assert parse_moments(pa.array([word]), ZONE).utc[0] == np.datetime64(utc)


@pytest.mark.parametrize(
    "word",
    [
        "x",
        "2024",
        "2024-13-01",
        "2024-02-30",
        "05/01/2024",
        "1899-12-30",
        "2201-01-02",
        "2024-01-05 25:00",
        "2024-01-05 24:01",
        "20240105T250000",
        "20240105130509",
        "1700000000",
    ],
)
def test_what_is_no_moment_is_bad(word: str) -> None:
    assert parse_moments(pa.array([word, None]), ZONE).is_bad.tolist() == [True, False]


def test_forms_may_be_mixed_in_one_column() -> None:
    found = parse_moments(pa.array([word for word, _ in GOOD] + [None, "x"]), ZONE)
    assert [str(moment) for moment in found.utc[: len(GOOD)]] == [str(np.datetime64(utc, "us")) for _, utc in GOOD]
    assert found.is_bad.tolist() == [False] * (len(GOOD) + 1) + [True]


def test_a_clock_that_goes_back_or_forward_gives_a_moment_all_the_same() -> None:
    found = parse_moments(pa.array(["2024-10-27 02:30", "2024-03-31 02:30"]), "Europe/Amsterdam")
    assert [str(moment)[:19] for moment in found.utc] == ["2024-10-27T00:30:00", "2024-03-31T01:00:00"]


def test_a_form_may_be_given() -> None:
    found = parse_moments(pa.array(["31/12/2024 10:00", "12/31/2024 10:00"]), "UTC", "%d/%m/%Y %H:%M")
    assert str(found.utc[0])[:16] == "2024-12-31T10:00"
    assert found.is_bad.tolist() == [False, True]


@pytest.mark.parametrize(("form", "word"), [("unix_seconds", "1700000000"), ("unix_milliseconds", "1700000000000")])
def test_epochs_are_read_where_the_form_says_so(form: str, word: str) -> None:
    for values in (pa.array([word, "x"]), pa.array([int(word), None])):
        assert str(parse_moments(values, ZONE, form).utc[0])[:19] == "2023-11-14T22:13:20"


def test_typed_columns_are_taken_as_they_are() -> None:
    aware = pa.array([np.datetime64("2024-01-05T10:00", "us")]).cast(pa.timestamp("ns", tz="UTC"))
    naive = pa.array([np.datetime64("2024-01-05T10:00", "us")]).cast(pa.timestamp("ms"))
    days = pa.array(np.array(["2024-01-05"], "M8[D]"))
    found = [str(parse_moments(values, ZONE).utc[0])[:16] for values in (aware, naive, days)]
    assert found == ["2024-01-05T10:00", "2024-01-05T02:00", "2024-01-04T16:00"]
    assert parse_moments(pa.array([5, None]), ZONE).is_bad.tolist() == [True, False]


def test_the_local_date_of_a_moment_is_kept() -> None:
    moments = parse_moments(pa.array(["2024-01-05", "2024-01-05 23:30", "2024-01-05T23:30:00Z", None]), ZONE)
    assert local_dates(moments, ZONE).to_pylist() == ["2024-01-05", "2024-01-05", "2024-01-06", None]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
def test_the_first_day_of_1900_holds_in_any_zone(zone: str) -> None:
    assert parse_moments(pa.array(["1900-01-01", "1899-12-30"]), zone).is_bad.tolist() == [False, True]


def test_columns_without_any_value_are_fine() -> None:
    for values in (pa.array([], pa.string()), pa.nulls(2, pa.string())):
        assert not parse_moments(values, ZONE).is_bad.any()
