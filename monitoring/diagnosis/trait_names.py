"""What people call a trait and its groups; one that stands not here goes by its own name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crm_core.channel_words import channel_words
from crm_core.funnel.group_words import group_words
from monitoring.diagnosis.facts import CaseFacts
from monitoring.texts import Text

# A group's place is {}.
SAYINGS = {
    "channel": Text("channel {}", "渠道“{}”"), "campaign": Text("campaign {}", "活动“{}”"),
    "region": Text("region {}", "地区“{}”"), "industry": Text("industry {}", "行业“{}”"),
    "product": Text("product {}", "产品“{}”"), "team": Text("team {}", "团队“{}”"),
    "rep": Text("rep {}", "销售代表“{}”"), "size_band": Text("firms with {} employees", "员工数{}的企业"),
    "rep_tenure": Text("{} reps", "{}销售"), "source_system": Text("system {}", "系统“{}”"),
    "first_response": Text("first response {}", "首次响应{}"),
    "needs_analysis": Text("needs analysis {}", "需求分析{}"),
}  # fmt: skip


@dataclass(frozen=True)
class TraitNames:
    """Names of channels and reps by id, and of attributes by slug."""

    channels: Mapping[str, str]
    reps: Mapping[str, str]
    attributes: Mapping[str, str]

    @classmethod
    def of(cls, facts: CaseFacts) -> TraitNames:
        """Those that the facts know."""
        attributes = {slug: name for (_, name), slug in facts.funnel.slugs.items() if name != slug}
        reps = {str(rep_id): str(name) for rep_id, name in facts.reps["name"].dropna().items()}
        return cls(facts.channels, reps, attributes)

    def group(self, name: str, label: str) -> Text:
        """A group of a dimension."""
        if name == "channel":
            return Text(*channel_words(label, self.channels))
        if name == "rep" and label in self.reps:
            return Text(self.reps[label], self.reps[label])
        return Text(*group_words(label))

    def of_group(self, name: str, label: str) -> Text:
        """A group with its dimension.

        >>> names = TraitNames({"fair": "展会"}, {}, {"page": "落地页"})
        >>> [names.of_group(*one).en for one in (("channel", "fair"), ("size_band", "<50"), ("page", "/a"))]
        ['channel Fair', 'firms with under 50 employees', '落地页: /a']
        """
        group, own = self.group(name, label), self.attributes.get(name, name.replace("_", " "))
        saying = SAYINGS.get(name, Text(f"{own}: {{}}", f"{own}“{{}}”"))
        return Text(saying.en.format(group.en), saying.zh.format(group.zh))

    def of_segment(self, segment: Mapping[str, str]) -> Text:
        """Groups that are meant together."""
        told = [self.of_group(name, label) for name, label in segment.items()]
        return Text(" and ".join(one.en for one in told), "、".join(one.zh for one in told))
