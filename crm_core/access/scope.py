"""Whose leads and customers a caller sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_core.access.roles import MANAGER, REP


@dataclass(frozen=True)
class Scope:
    """Those of one rep and of the reps of these teams; `is_everybody`: all, also those that have no rep."""

    rep_id: str | None = None
    teams: tuple[str, ...] = ()
    is_everybody: bool = False


EVERYBODYS = Scope(is_everybody=True)


def scope_of(role: str, rep_id: str | None, teams: Sequence[str]) -> Scope:
    """What a key of this role sees; a rep's without rep_id and a manager's without a team see nobody's.

    >>> scope_of("rep", "R7", ()), scope_of("manager", None, ()), scope_of("crm", None, ()).is_everybody
    (Scope(rep_id='R7', teams=(), is_everybody=False), Scope(rep_id=None, teams=(), is_everybody=False), True)
    """
    if role == REP:
        return Scope(rep_id=rep_id)
    return Scope(teams=tuple(teams)) if role == MANAGER else EVERYBODYS
