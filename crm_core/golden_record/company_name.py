"""Company names taken apart for matching; the entered name is kept as it is.

A Chinese name is place + own name + trade + legal form + branch (企业名称登记管理规定); a Latin one is own name + legal
form + branch. Two spellings of one name give equal parts: 苏州鑫源机械(集团)有限公司, 苏州市鑫源机械集团 有限责任公司.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from crm_core.golden_record.latin_name import read_latin
from crm_core.golden_record.places import leading_place, place_of, trailing_place

_CHINESE = re.compile(r"[㐀-鿿]")
_OPENING, _CLOSING = "[{<〔【《「『", "]}>〕】》」』"
_BRACKETS = str.maketrans(_OPENING + _CLOSING, "(" * len(_OPENING) + ")" * len(_CLOSING))
_NOISE = re.compile(r"[^\w()]|_")
_BRANCH_WORD = "(?:分公司|分厂|分店|分行|支行|分所|办事处|代表处|联络处|营业部|经营部|服务部)"
_BRANCH_AFTER_FORM = re.compile(rf"^(?P<head>.*?(?:公司|集团))\)?\(?(?P<branch>[^()]*?{_BRANCH_WORD})\)?$")
_BRANCH_ALONE = re.compile(rf"^(?P<head>.+?)\(?(?P<branch>(?:第[一二三四五六七八九十\d]+)?{_BRANCH_WORD})\)?$")
_FORM = re.compile(
    r"(?P<joint>股份(?:有限)?(?:责任)?(?:公司?)?)$|(?P<limited>有限(?:责任)?(?:公司?)?)$|(?P<plain>总?公司)$"
)
_GROUP = re.compile(r"\(集团\)|集团$")
_FORM_TWICE = 2  # 集团有限公司 and 有限公司集团 both occur
_BRACKETED = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class CompanyName:
    """The parts of a name that matching compares.

    `core`: own name and trade, lower case, half-width; `places`: where it says it is, sorted, empty where it does not
    say; `form`: limited | joint stock | ""; `is_group`: 集团; `branch`: the branch's own words, "" for the firm.
    """

    core: str
    places: tuple[str, ...] = ()
    form: str = ""
    is_group: bool = False
    branch: str = ""

    @property
    def full(self) -> str:
        """Place and core in one: what is the same for every spelling of a complete name."""
        return "".join((*self.places, self.core))


def read_name(entered: str) -> CompanyName:
    """The parts of an entered name; the core is empty where it holds no name of its own, as 上海有限公司 does not.

    >>> read_name("苏州市鑫源精密机械（集团）有限责任公司")
    CompanyName(core='鑫源精密机械', places=('苏州',), form='limited', is_group=True, branch='')
    >>> read_name("鑫源机械股份有限公司 上海市分公司").branch
    '上海分公司'
    >>> read_name("Siemens Ltd., China").core
    'siemens china'
    """
    plain = unicodedata.normalize("NFKC", entered).casefold()
    if not _CHINESE.search(plain):
        core, form, branch = read_latin(plain)
        return CompanyName(core, (), form, False, branch)
    return _read_chinese(_NOISE.sub("", plain.translate(_BRACKETS)))


def _read_chinese(plain: str) -> CompanyName:
    head, branch = _without_branch(plain)
    named, form, is_group = _without_form(head)
    place, rest = leading_place(named)
    inside = [place_of(word) for word in _BRACKETED.findall(rest)]
    places = {name for name in (place, *inside) if name}
    core = _BRACKETED.sub(lambda found: "" if place_of(found[1]) else found[1], rest)
    core = core.replace("(", "").replace(")", "")
    return CompanyName("" if place_of(core) else core, tuple(sorted(places)), form, is_group, branch)


def _without_branch(plain: str) -> tuple[str, str]:
    found = _BRANCH_AFTER_FORM.match(plain)
    if found and found["head"] not in {"公司", "集团"}:
        return found["head"], _branch_words(found["branch"])
    found = _BRANCH_ALONE.match(plain)
    if found is None:
        return plain, ""
    head, place = trailing_place(found["head"].rstrip("("))
    return head.rstrip("("), _branch_words(place + found["branch"])


def _branch_words(words: str) -> str:
    return words.replace("省", "").replace("市", "")


def _without_form(head: str) -> tuple[str, str, bool]:
    """Own name, legal form, whether a group; the legal form may stand before or after 集团."""
    is_group, form, name = False, "", head
    for _ in range(_FORM_TWICE):
        if found := _FORM.search(name):
            form = form or {"joint": "joint stock", "limited": "limited"}.get(found.lastgroup or "", "")
            name = name[: found.start()]
        if found := _GROUP.search(name):
            is_group, name = True, name[: found.start()] + name[found.end() :]
    return name, form, is_group
