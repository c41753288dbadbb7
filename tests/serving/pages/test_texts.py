"""Both languages are whole: every key in both, every key of a template there, and the same values put in."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import serving.pages
from serving.pages.texts import texts_of

FOLDER = Path(serving.pages.__file__).parent
EN, ZH = texts_of("en").words, texts_of("zh").words
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SAME_IN_BOTH: set[str] = set()  # keys whose words are no language's


def put_in(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}


def test_both_languages_have_the_same_keys_with_the_same_values_put_in() -> None:
    assert set(EN) == set(ZH)
    assert {key: put_in(words) for key, words in EN.items()} == {key: put_in(words) for key, words in ZH.items()}


def test_english_is_english_and_chinese_is_chinese() -> None:
    assert [key for key, words in EN.items() if CHINESE.search(words)] == []
    bare = {key for key, words in ZH.items() if not CHINESE.search(re.sub(r"\{\w+\}", "", words))}
    assert bare - SAME_IN_BOTH == {"funnel.and"}


def test_every_key_that_a_template_names_has_words() -> None:
    named = set()
    for template in FOLDER.glob("templates/*.html"):
        named |= set(re.findall(r"\bt\('([\w.]+)'[,)]", template.read_text(encoding="utf-8")))
    assert named
    assert named - set(EN) == set()


def test_no_template_holds_words_of_its_own() -> None:
    """Between tags there are values, figures and signs; but for names, of languages, of ours, of files."""
    for template in FOLDER.glob("templates/*.html"):
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", template.read_text(encoding="utf-8"), flags=re.S)
        text = re.sub(r"<[^>]*>", " ", text)
        found = set(re.findall(r"[A-Za-z\u4e00-\u9fff]{2,}", text)) - {
            "English",
            "简体中文",
            "funnelcast",
            "configs",
            "yaml",
        }
        assert found == set(), (template.name, found)
