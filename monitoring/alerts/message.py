"""What people are told: a title, one line per finding, and where to look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from crm_core.findings import Finding

Language = Literal["en", "zh"]
SINGLE_FEATURE = "drift.feature"


@dataclass(frozen=True)
class Item:
    """One finding in the reader's language. link: the page that shows it."""

    rule: str
    subject: str
    found_at: datetime
    text: str


@dataclass(frozen=True)
class Message:
    """One message. count_more: findings beyond those in `items`."""

    language: Language
    title: str
    items: list[Item]
    count_more: int
    link: str

    @property
    def more(self) -> str:
        """The line about what is not named, empty where all is."""
        if not self.count_more:
            return ""
        return f"… {self.count_more} more" if self.language == "en" else f"……另有 {self.count_more} 条"

    @property
    def link_words(self) -> str:
        """What the link says."""
        return "Open the page" if self.language == "en" else "打开页面"

    def as_text(self) -> str:
        """Plain text, for e-mail."""
        lines = [f"• {item.text}" for item in self.items]
        return "\n".join([*lines, *([self.more] if self.more else []), "", f"{self.link_words}: {self.link}"]) + "\n"

    def as_markdown(self, max_bytes: int) -> str:
        """Markdown of the robots, at most so many bytes of UTF-8: items are left out from the end and counted."""
        for count in range(len(self.items), -1, -1):
            left = self.count_more + len(self.items) - count
            shown = Message(self.language, self.title, self.items[:count], left, self.link)
            if len(text := shown.markdown()) and len(text.encode()) <= max_bytes:
                return text
        return f"[{self.link_words}]({self.link})"

    def markdown(self) -> str:
        """The whole message in Markdown; what findings say is escaped."""
        lines = [f"- {escaped(item.text)}" for item in self.items]
        more = [self.more] if self.more else []
        return "\n\n".join([f"### {escaped(self.title)}", "\n".join(lines), *more, f"[{self.link_words}]({self.link})"])


def escaped(text: str) -> str:
    r"""Text that Markdown shows as it is: what comes from data must not become a link or a mention.

    >>> escaped("[web](http://x) @all *now*")
    '\\[web\\](http://x) ＠all \\*now\\*'
    """
    for sign in "\\`*[]<>":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.replace("@", "＠").split())


def message_of(findings: Sequence[Finding], language: Language, link: str, max_items: int) -> Message:
    """Newest findings first; of one moment single features last, since they are many."""
    ordered = sorted(findings, key=lambda one: (one.rule == SINGLE_FEATURE, one.rule, one.subject))
    ordered.sort(key=lambda one: one.found_at, reverse=True)
    items = [Item(one.rule, one.subject, one.found_at, getattr(one, language)) for one in ordered[:max_items]]
    count = len(ordered)
    noun = "finding" if count == 1 else "findings"
    title = f"funnelcast: {count} {noun}" if language == "en" else f"funnelcast：{count} 条发现"
    return Message(language, title, items, max(0, count - max_items), link)
