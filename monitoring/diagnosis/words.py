"""Splitting summaries of calls into words: Chinese by jieba, English by letters, phrases of the trade kept whole."""

from __future__ import annotations

import re
from functools import cache

import jieba

from configs.sections import Diagnosis

_LATIN = re.compile(r"[a-z][a-z'-]{2,}")
_CHINESE = re.compile(r"^[一-鿿]{2,}$")


class Words:
    """The words of a text, each once.

    Phrases of `topics` are taught to the splitter and win over their parts. The dictionary is read from the package
    itself: jieba's own cache in the shared temporary folder, which anybody could replace, is neither read nor written.
    """

    def __init__(self, rules: Diagnosis) -> None:
        lists = [getattr(rules.topics, name) for name in type(rules.topics).model_fields]
        self._phrases = sorted({word for one in lists for word in one.en}, key=len, reverse=True)
        self._chinese = sorted({word for one in lists for word in one.zh}, key=len, reverse=True)
        self.of_trade = frozenset([*self._phrases, *self._chinese])
        self._stop = {*rules.stop_words.zh, *rules.stop_words.en}

    def of(self, text: str) -> frozenset[str]:
        """Words of two Chinese characters or three letters and more, without stop words.

        A phrase of the trade is cut out before the rest is split.
        """
        rest, found = text.lower(), set()
        for phrase in (*self._chinese, *self._phrases):
            if phrase in rest:
                found.add(phrase)
                rest = rest.replace(phrase, " ")
        found.update(_LATIN.findall(rest))
        found.update(word for word in _splitter().cut(rest, HMM=False) if _CHINESE.match(word))
        return frozenset(found - self._stop)


@cache
def _splitter() -> jieba.Tokenizer:
    splitter = jieba.Tokenizer()
    splitter.FREQ, splitter.total = splitter.gen_pfdict(splitter.get_dict_file())
    splitter.initialized = True
    return splitter
