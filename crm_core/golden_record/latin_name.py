"""Latin company names: words without legal form and branch."""

from __future__ import annotations

import re

_DOTTED = re.compile(r"(?<=\b\w)\.(?=\w\b)|'")  # B.V. is BV, S.r.l. is Srl
_NOT_WORD = re.compile(r"[^\w&]+|_")
_LIMITED = ("ltd", "limited", "llc", "gmbh", "bv", "srl", "sarl", "pty", "pte", "pvt", "kk", "ug")
_JOINT_STOCK = ("inc", "incorporated", "corp", "corporation", "plc", "ag", "sa", "spa", "nv", "ab")
_FORMS = {
    **dict.fromkeys(_LIMITED, "limited"),
    **dict.fromkeys(_JOINT_STOCK, "joint stock"),
    **dict.fromkeys(("co", "company", "kg", "lp", "llp", "&", "and", "group", "holding", "holdings"), ""),
}
_BRANCH_WORDS = {"branch", "office", "subsidiary"}


def read_latin(plain: str) -> tuple[str, str, str]:
    """(core, legal form, branch) of a name in lower case.

    >>> read_latin("suzhou xinyuan machinery co., ltd. (shanghai branch)")
    ('suzhou xinyuan machinery', 'limited', 'shanghai branch')
    >>> read_latin("müller gmbh & co. kg")
    ('müller', 'limited', '')
    """
    words = [word for word in _NOT_WORD.split(_DOTTED.sub("", plain)) if word]
    words, branch = _without_branch(words)
    kept, form = _without_form(words)
    return " ".join(kept), form, branch


def _without_branch(words: list[str]) -> tuple[list[str], str]:
    if len(words) > 2 and words[-1] in _BRANCH_WORDS:
        return words[:-2], " ".join(words[-2:])
    return words, ""


def _without_form(words: list[str]) -> tuple[list[str], str]:
    """Words that are no legal form, and the form; the first word belongs to the name unless no other does."""
    forms = [word for word in words[1:] if word in _FORMS]
    named = [word for word in words[1:] if word not in _FORMS]
    kept = words[:1] + named if named or not _FORMS.keys() >= set(words) else []
    return kept, next((_FORMS[word] for word in forms if _FORMS[word]), "")
