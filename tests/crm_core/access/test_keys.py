"""Keys: 256 bits, shown once, stored hashed, found by prefix, bound to a rep or teams, and they end."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from crm_core import audit
from crm_core.access import EVERYBODYS, ROLES, Scope, create_key, find_key, list_keys, revoke_key, rotate_key
from crm_core.errors import AccessError, UnknownKeyError
from tests.crm_core.conftest import LATER, NOW, rows

DAY, WEEK = timedelta(days=1), timedelta(days=7)


def prefix_of(plain: str) -> str:
    return plain.split("_")[1]


def secret_of(plain: str) -> str:
    return plain.split("_", 2)[2]


def test_a_key_is_found_by_its_plain_text(engine: Engine) -> None:
    plain = create_key(engine, "odoo", "crm", NOW)
    key = find_key(engine, plain, LATER)
    assert key is not None
    assert (key.name, key.role, key.created_at, key.scope) == ("odoo", "crm", NOW, EVERYBODYS)
    assert [known.prefix for known in list_keys(engine)] == [prefix_of(plain)]


def test_the_secret_has_256_bits_and_no_two_are_alike(engine: Engine) -> None:
    secrets = {secret_of(create_key(engine, "odoo", "crm", NOW)) for _ in range(20)}
    assert len(secrets) == 20
    assert {len(base64.urlsafe_b64decode(secret + "=")) for secret in secrets} == {32}


def test_the_secret_is_stored_nowhere(engine: Engine) -> None:
    secret = secret_of(create_key(engine, "odoo", "crm", NOW))
    assert secret not in str(rows(engine, "SELECT * FROM api_keys"))
    assert secret not in str(rows(engine, "SELECT * FROM audit_log"))


@pytest.mark.parametrize(
    "change",
    [
        lambda k: k[:-1],
        lambda k: k + "x",
        lambda k: k.upper(),
        lambda k: k.replace("fc_", "xx_"),
        lambda k: f"fc_{'0' * 12}_{secret_of(k)}",
        lambda _: "",
        lambda _: "fc__",
        lambda _: "fc_\ud800_x",
        lambda _: "fc_\0_x",
        lambda _: "fc_%_x",
    ],
)
def test_a_wrong_key_is_nobodys(engine: Engine, change: Callable[[str], str]) -> None:
    plain = create_key(engine, "odoo", "crm", NOW)
    assert find_key(engine, change(plain), NOW) is None


def test_another_keys_secret_does_not_open(engine: Engine) -> None:
    one, other = (create_key(engine, name, "crm", NOW) for name in ("one", "other"))
    assert find_key(engine, f"fc_{prefix_of(one)}_{secret_of(other)}", NOW) is None


def test_a_key_ends_when_it_expires(engine: Engine) -> None:
    plain = create_key(engine, "short", "crm", NOW, expires_at=NOW + DAY)
    assert find_key(engine, plain, NOW + DAY - timedelta(microseconds=1)) is not None
    assert find_key(engine, plain, NOW + DAY) is None


def test_a_key_ends_when_it_is_revoked_and_only_once(engine: Engine) -> None:
    plain = create_key(engine, "long", "crm", NOW)
    assert revoke_key(engine, prefix_of(plain), LATER)
    assert not revoke_key(engine, prefix_of(plain), LATER)
    assert not revoke_key(engine, "unknown", LATER)
    assert find_key(engine, plain, LATER) is None


def test_a_rotated_key_works_through_the_overlap_beside_its_successor(engine: Engine) -> None:
    old = create_key(engine, "odoo", "rep", NOW, NOW + 10 * WEEK, rep_id="r1")
    new = rotate_key(engine, prefix_of(old), LATER, WEEK)
    before, after = LATER + WEEK - timedelta(seconds=1), LATER + WEEK
    assert (find_key(engine, old, before) is None, find_key(engine, new, before) is None) == (False, False)
    assert (find_key(engine, old, after) is None, find_key(engine, new, after) is None) == (True, False)


def test_a_successor_has_name_role_binding_and_length_of_life(engine: Engine) -> None:
    old = create_key(engine, "li", "rep", NOW, NOW + 10 * WEEK, rep_id="r1")
    key = find_key(engine, rotate_key(engine, prefix_of(old), LATER, WEEK), LATER)
    assert key is not None
    assert (key.name, key.role, key.rep_id, key.expires_at) == ("li", "rep", "r1", LATER + 10 * WEEK)


def test_rotation_never_lengthens_the_old_keys_life(engine: Engine) -> None:
    old = create_key(engine, "short", "crm", NOW, NOW + DAY)
    rotate_key(engine, prefix_of(old), NOW, WEEK)
    assert find_key(engine, old, NOW + DAY) is None


def test_only_a_live_key_is_rotated_and_once(engine: Engine) -> None:
    old = create_key(engine, "odoo", "crm", NOW)
    new = rotate_key(engine, prefix_of(old), NOW, WEEK)
    with pytest.raises(UnknownKeyError, match=f"was replaced by {prefix_of(new)}"):
        rotate_key(engine, prefix_of(old), NOW, WEEK)
    revoke_key(engine, prefix_of(new), NOW)
    for prefix in (prefix_of(new), "unknown"):
        with pytest.raises(UnknownKeyError, match="must be that of a live key"):
            rotate_key(engine, prefix, LATER, WEEK)


@pytest.mark.parametrize(
    ("role", "binding", "words"),
    [
        ("scorer", {}, f"must be one of {', '.join(ROLES)}, but got 'scorer'"),
        ("crm", {"rep_id": "r1"}, "must have role rep to be bound to a rep, but its role is crm"),
        ("rep", {"teams": ["north"]}, "must have role manager to be bound to teams, but its role is rep"),
    ],
)
def test_a_role_or_binding_that_there_is_not_is_refused(
    engine: Engine, role: str, binding: dict[str, object], words: str
) -> None:
    with pytest.raises(AccessError, match=words):
        create_key(engine, "x", role, NOW, **binding)  # type: ignore[arg-type]
    assert list_keys(engine) == []


def test_a_bound_key_sees_its_own_only(engine: Engine) -> None:
    keys = [
        create_key(engine, "li", "rep", NOW, rep_id="r1"),
        create_key(engine, "boss", "manager", NOW, teams=["north", "east"]),
        create_key(engine, "lost", "rep", NOW),
    ]
    scopes = [found.scope for plain in keys if (found := find_key(engine, plain, NOW))]
    assert scopes == [Scope("r1"), Scope(teams=("north", "east")), Scope()]


def test_every_act_on_a_key_is_in_the_audit_log(engine: Engine) -> None:
    old = create_key(engine, "odoo", "crm", NOW, actor="wei")
    new = rotate_key(engine, prefix_of(old), NOW, WEEK, actor="wei")
    revoke_key(engine, prefix_of(new), LATER, actor="lin")
    told = [(entry.actor, entry.action, entry.subject) for entry in audit.read_entries(engine, 10)]
    assert told == [
        ("lin", "key.revoke", f"key:{prefix_of(new)}"),
        ("wei", "key.rotate", f"key:{prefix_of(old)}"),
        ("wei", "key.create", f"key:{prefix_of(old)}"),
    ]
