"""What is proposed for each cause, in both languages, with what it is expected to bring."""

from __future__ import annotations

from monitoring.diagnosis.counterfactual import Counterfactual, without
from monitoring.diagnosis.examination import Examination
from monitoring.diagnosis.trait_names import TraitNames
from monitoring.diagnosis.verdict import Score
from monitoring.texts import Text, percent

Segment = dict[str, str]
_ANYBODY = Text("every source", "各数据源")


def actions(seen: Examination, score: Score, segment: Segment, names: TraitNames) -> list[Text]:
    """The actions of a cause, the first with its expected effect where leaving leads out tells it."""
    if not segment and score.cause in {"channel_mix_shift", "segment_misfit_price"}:
        return list(_ACTIONS["unknown"])
    who = names.of_segment(segment) if segment else _ANYBODY
    told = [Text(one.en.format(who=who.en), one.zh.format(who=who.zh)) for one in _ACTIONS[score.cause]]
    effect = _effect(without(seen, segment) if segment else None, who)
    return [Text(f"{told[0].en} {effect.en}".strip(), f"{told[0].zh}{effect.zh}"), *told[1:]]


def _effect(of: Counterfactual | None, who: Text) -> Text:
    if of is None or not of.conversion_without > of.conversion:
        return Text("", "")
    stock = (
        (f", and {of.stock_without} leads instead of {of.stock} would stand there",
         f"，滞留线索为{of.stock_without}条而不是{of.stock}条")
        if of.stock
        else ("", "")
    )  # fmt: skip
    return Text(
        f"Expected effect: without the leads of {who.en} the share that moves on would be "
        f"{percent(of.conversion_without)} instead of {percent(of.conversion)} (before: "
        f"{percent(of.conversion_before)}){stock[0]}.",
        f"预期效果：若剔除{who.zh}的线索，推进率为{percent(of.conversion_without)}而不是{percent(of.conversion)}"
        f"（此前为{percent(of.conversion_before)}）{stock[1]}。",
    )


_ACTIONS: dict[str, list[Text]] = {
    "channel_mix_shift": [
        Text("Pre-screen the leads of {who} before they enter this stage.", "对{who}的线索在进入该阶段前进行预筛选。"),
        Text(
            "Put those that do not fit into a nurturing pool with a light offer (entry model, instalments, leasing).",
            "将不匹配的线索转入培育池，并提供轻量方案（入门机型、分期付款、融资租赁）。",
        ),
        Text(
            "Agree with marketing on the channel's target firms, and pay for qualified leads rather than for contacts.",
            "与市场部重新约定该渠道的目标客户画像，按合格线索而非名片数量考核投入。",
        ),
    ],
    "segment_misfit_price": [
        Text(
            "Ask for the budget of {who} before the offer, and leave out those whom no discount brings within reach.",
            "对{who}在报价前确认预算，剔除任何折扣都无法覆盖的线索。",
        ),
        Text(
            "Offer what the segment can pay: an entry model, instalments, leasing.",
            "针对该客群提供可承受的方案：入门机型、分期付款、融资租赁。",
        ),
        Text("Review price and discount policy for the segment.", "复核该客群的定价与折扣政策。"),
    ],
    "capacity_shortage": [
        Text(
            "Add hours where the stage is worked (second engineers, move reps, pause side tasks), urgent leads first.",
            "为该阶段增补产能（调配工程师与销售、暂停次要任务），并按优先级处理线索。",
        ),
        Text("Cap the intake per rep until the backlog is worked off.", "在积压消化前限制人均新线索分配量。"),
        Text("Tell waiting leads a date.", "向等待中的客户告知明确的时间。"),
    ],
    "onboarding": [
        Text(
            "Let experienced reps join the talks of {who} in this stage, and hand over the largest leads.",
            "安排资深销售陪同{who}推进该阶段，并接手金额较大的线索。",
        ),
        Text("Train on this stage's talk track and templates; certify before further leads are assigned.",
             "针对该阶段的话术与模板开展培训，考核通过后再分配更多线索。"),
        Text("Fewer leads per new rep for the first ninety days.", "入职前九十天减少新人的线索分配量。"),
    ],
    "process_breach": [
        Text(
            "Make the milestone a condition: no lead enters the next stage without {who} done.",
            "将该里程碑设为硬性条件：未完成{who}的线索不得进入下一阶段。",
        ),
        Text("Go back with the stuck leads that skipped it.", "对跳过该环节的滞留线索回补。"),
        Text("Show the milestone per team and rep in the weekly review.", "在周例会上按团队与个人公示该里程碑达成率。"),
    ],
    "integration_failure": [
        Text(
            "Repair the synchronisation of {who} and send the missed changes again; decide nothing on these figures.",
            "修复{who}的同步并补传缺失的阶段变更；修复前不要依据这些数字做决定。",
        ),
        Text("Alarm on failed lines and on silence of a source.", "对失败记录与数据源静默设置告警。"),
    ],
    "seasonality": [
        Text(
            "Change nothing in the funnel: the same weeks a year before looked alike. Plan capacity by season.",
            "无需调整漏斗：去年同期走势相近。按季节规划产能与目标。",
        ),
        Text("Compare with last year's weeks in the review.", "复盘时与去年同期对比。"),
    ],
    "unknown": [
        Text(
            "No cause carries: ask the reps about ten of the stuck leads, and record reasons in the next two weeks.",
            "现有证据不足以判定原因：抽取十条滞留线索访谈销售，并在两周内补录原因。",
        ),
    ],
}  # fmt: skip
