"""The figures and conditions of smart tags, as people say them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from configs.sections import Bounds, Tags
from serving.pages.formats import Formats
from serving.pages.texts import Texts


@dataclass(frozen=True)
class TagWords:
    """Words of one language; `rules` tell over how many days the figures look back.

    >>> from zoneinfo import ZoneInfo
    >>> from configs.settings import load_settings
    >>> from serving.pages.texts import texts_of
    >>> words = TagWords(texts_of("en"), Formats("en", ZoneInfo("UTC"), "CNY"), load_settings().tags)
    >>> words.figure("average_order_cents", 644674466.7)
    'Mean order value, 365 days: ¥6,446,744.67'
    >>> words.condition("discounted_share", Bounds(min=0.5))
    'Orders at a discount, 365 days: at least 50%'
    """

    texts: Texts
    show: Formats
    rules: Tags

    def figure(self, name: str, value: Any) -> str:
        """A figure with its name and unit."""
        return f"{self._name(name)}{self._colon}{self._value(name, value)}"

    def condition(self, name: str, bounds: Bounds) -> str:
        """What a tag asks of a figure."""
        return f"{self._name(name)}{self._colon}{self.texts('tag_figure.and').join(self._sides(name, bounds))}"

    def conditions(self, all_bounds: dict[str, Bounds]) -> str:
        """All that a tag asks."""
        return ("；" if self.texts.language == "zh" else "; ").join(
            self.condition(name, bounds) for name, bounds in all_bounds.items()
        )

    @property
    def _colon(self) -> str:
        return "：" if self.texts.language == "zh" else ": "

    def _name(self, name: str) -> str:
        key = f"tag_figure.{name}"
        window, contact = self.rules.window_days, self.rules.contact_days
        return str(self.texts(key, window=window, contact=contact)) if self.texts.has(key) else name

    def _sides(self, name: str, bounds: Bounds) -> Iterator[str]:
        for key, bound in (("at_least", bounds.min), ("at_most", bounds.max)):
            if bound is not None:
                yield str(self.texts(f"tag_figure.{key}", value=self._value(name, bound)))

    def _value(self, name: str, value: Any) -> str:
        if isinstance(value, list):
            return "、".join(map(str, value)) if self.texts.language == "zh" else ", ".join(map(str, value))
        if name.endswith("_cents"):
            return self.show.money(value)
        if name.endswith("_share"):
            return self.show.percent(value)
        if name.endswith("_ratio"):
            return str(self.texts("tag_figure.times", value=self.show.number(value)))
        if name.endswith("_days"):
            return str(self.texts("tag_figure.days", value=self.show.count(value)))
        return self.show.count(value)
