"""People and their passwords: the rules, and the commands of `funnelcast user`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from configs.settings import load_settings
from crm_core.access import lockout, passwords
from crm_core.access.people import create_person, disable_person, list_people, stored_password
from crm_core.access.scope import Scope
from crm_core.database import migrate
from crm_core.errors import AccessError
from funnelcast.commands import users
from tests.serving.fakes import NOW

pytestmark = pytest.mark.slow

RULES = load_settings().pages


@pytest.mark.parametrize(
    ("name", "role", "binding", "sentence"),
    [
        ("a b", "admin", {}, "must be 1 to 80 letters"),
        ("", "admin", {}, "must be 1 to 80 letters"),
        ("odoo", "crm", {}, "role must be one of admin, manager, rep, analyst"),
        ("li", "rep", {}, "must be bound to a rep"),
        ("li", "admin", {"rep_id": "r1"}, "must be bound to a rep"),
        ("li", "manager", {}, "must be bound to teams"),
        ("li", "rep", {"rep_id": "r1", "teams": ["north"]}, "must be bound to teams"),
        ("ADMIN", "admin", {}, "must be free"),
    ],
)
def test_a_person_who_cannot_be_is_refused(opened: Any, name: str, role: str, binding: Any, sentence: str) -> None:
    with pytest.raises(AccessError, match=sentence):
        create_person(opened, name, role, "x", NOW, **binding)


def test_what_a_person_sees_follows_from_the_role(opened: Any) -> None:
    scopes = {person.name: person.scope for person in list_people(opened)}
    assert scopes["rep"] == Scope("r1")
    assert scopes["manager"] == Scope(teams=("north",))
    assert scopes["admin"].is_everybody
    assert scopes["analyst"].is_everybody


@pytest.mark.parametrize("plain", ["short", "x" * 300, "my name is Li.Na here", "aaaaaaaaaaaaaaaa"])
def test_a_password_that_is_easily_guessed_is_refused(plain: str) -> None:
    with pytest.raises(AccessError):
        passwords.check_strength(plain, "li.na", RULES.min_password_length)


def test_a_password_is_the_same_however_it_is_typed(cheap_hashes: None) -> None:  # noqa: ARG001
    stored = passwords.hash_password("Ünlang genug é")
    assert passwords.is_password(stored, "Ünlang genug é")
    assert not passwords.is_password(stored, "unlang genug e")
    assert not passwords.is_password(None, "nobody's")
    assert not passwords.is_password("no hash", "x")


def test_the_shipped_hash_is_argon2id_with_the_strength_of_rfc_9106() -> None:
    hasher = passwords.PasswordHasher()
    assert (hasher.type.name, hasher.memory_cost, hasher.time_cost) == ("ID", 65536, 3)


def test_the_wait_doubles_and_ends(opened: Any) -> None:
    subjects, now, waits = [(lockout.NAME, "rep")], NOW, []
    for _ in range(RULES.attempts_before_wait + 4):
        waits.append(wait := lockout.take_attempt(opened, subjects, RULES, now))
        now += timedelta(seconds=wait)
        assert not wait or lockout.take_attempt(opened, subjects, RULES, now) == 0
    assert waits == [0, 0, 0, 0, 0, 2, 4, 8, 16]
    much_later = now + timedelta(hours=RULES.forget_attempts_hours + 1)
    assert lockout.take_attempt(opened, subjects, RULES, much_later) == 0


def test_a_success_clears_the_name_but_not_the_address(opened: Any) -> None:
    subjects = [(lockout.NAME, "rep"), (lockout.ADDRESS, "10.0.0.1")]
    rules = RULES.model_copy(update={"address_factor": 1})
    for _ in range(rules.attempts_before_wait):
        assert lockout.take_attempt(opened, subjects, rules, NOW) == 0
    lockout.forgive(opened, subjects)
    assert lockout.take_attempt(opened, subjects[:1], rules, NOW) == 0
    assert lockout.take_attempt(opened, subjects[1:], rules, NOW) == 0, "one attempt was forgiven"
    assert lockout.take_attempt(opened, subjects[1:], rules, NOW) > 0


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cheap_hashes: None) -> Callable[..., Any]:  # noqa: ARG001
    monkeypatch.setenv("FUNNELCAST_HOME", str(tmp_path))
    migrate(load_settings().database_url)
    app = typer.Typer()
    users.register(app)
    return lambda *arguments, typed=None: CliRunner().invoke(app, ["user", *arguments], input=typed)


def test_a_person_is_added_listed_and_disabled(command: Callable[..., Any]) -> None:
    added = command(
        "add", "Li.Na", "--role", "manager", "--team", "销售一部", "--password-stdin", typed="correct horse 42\n"
    )
    assert (added.exit_code, added.output) == (0, "li.na may sign in as manager.\n")
    assert "销售一部" in command("list").output
    assert command("password", "li.na", "--password-stdin", typed="another horse 43\n").exit_code == 0
    assert command("disable", "li.na").exit_code == 0
    assert "disabled" in command("list").output
    assert "argon2" not in command("list", "--json").output


def test_a_weak_password_or_no_terminal_is_refused(command: Callable[..., Any]) -> None:
    assert isinstance(
        command("add", "li", "--password-stdin", "--role", "admin", typed="short\n").exception, AccessError
    )
    assert "--password-stdin" in str(command("add", "li", "--role", "admin").exception)
    assert isinstance(command("disable", "nobody").exception, AccessError)


def test_who_is_disabled_has_no_password_to_try(opened: Any) -> None:
    assert stored_password(opened, "REP") is not None
    disable_person(opened, "rep", NOW)
    assert stored_password(opened, "rep") is None
