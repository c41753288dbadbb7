from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from crm_core.api_keys import create_key, find_key, list_keys, revoke_key
from tests.crm_core.conftest import LATER, NOW, rows


def test_a_key_is_found_by_its_plain_text(engine: Engine) -> None:
    plain = create_key(engine, "crm", "scorer", NOW)
    key = find_key(engine, plain, LATER)
    assert key is not None
    assert (key.name, key.role, key.created_at) == ("crm", "scorer", NOW)
    assert [known.prefix for known in list_keys(engine)] == [plain.split("_")[1]]


def test_the_secret_is_not_stored(engine: Engine) -> None:
    secret = create_key(engine, "crm", "scorer", NOW).split("_", 2)[2]
    assert len(secret) >= 43  # 256 bits in base64
    assert secret not in str(rows(engine, "SELECT * FROM api_keys"))


@pytest.mark.parametrize(
    "change",
    [
        lambda k: k[:-1],
        lambda k: k + "x",
        lambda k: k.upper(),
        lambda _: "",
        lambda _: "fc__",
        lambda _: "fc_\ud800_x",
        lambda _: "fc_\0_x",
    ],
)
def test_a_wrong_key_is_nobodys(engine: Engine, change: object) -> None:
    plain = create_key(engine, "crm", "scorer", NOW)
    assert find_key(engine, change(plain), NOW) is None  # type: ignore[operator]


def test_a_key_ends_when_it_expires_or_is_revoked(engine: Engine) -> None:
    short = create_key(engine, "short", "scorer", NOW, expires_at=NOW + timedelta(days=1))
    assert find_key(engine, short, NOW) is not None
    assert find_key(engine, short, NOW + timedelta(days=1)) is None
    plain = create_key(engine, "long", "scorer", NOW)
    assert revoke_key(engine, plain.split("_")[1], LATER)
    assert not revoke_key(engine, plain.split("_")[1], LATER)
    assert find_key(engine, plain, LATER) is None
