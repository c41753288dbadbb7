"""What to do next, from what was found: one line per fact, the most urgent first."""

from __future__ import annotations

from monitoring.inspection import Inspection
from monitoring.score_drift import SCORE_COLUMN
from monitoring.texts import Text, percent

NOTABLE_MISSING_CHANGE = 0.1
ENTERED_FIELDS = frozenset(
    {"channel_id", "campaign", "product", "industry", "region", "rep_id", "employee_count", "expected_amount", "budget"}
)


def next_steps(inspection: Inspection, *, has_model: bool) -> list[Text]:
    """Proposed actions; never empty."""
    steps = [*_data_steps(inspection), *_mix_steps(inspection), *_model_steps(inspection, has_model=has_model)]
    return steps or [_carry_on()]


def _data_steps(inspection: Inspection) -> list[Text]:
    steps = []
    if inspection.windows.shortage is not None:
        steps.append(
            Text(
                "Import the latest leads, or widen the windows "
                "(current_days, reference_days in configs/monitoring.yaml).",
                "请导入最新线索，或在 configs/monitoring.yaml 中放宽时间窗（current_days、reference_days）。",
            )
        )
    emptied = [
        column.name
        for column in inspection.drifted
        if column.missing_change >= NOTABLE_MISSING_CHANGE and _is_entered(column.column)
    ]
    if emptied:
        steps.append(
            Text(
                f"Fields are left empty more often than before: {', '.join(name.en for name in emptied)}. "
                "Check the form, the import mapping and the connector.",
                f"以下字段的缺失明显增多：{'、'.join(name.zh for name in emptied)}。请检查表单、导入映射和连接器。",
            )
        )
    return steps


def _is_entered(column: str) -> bool:
    """Is it a field that somebody fills in? What is computed is also missing where nothing has happened yet."""
    return column in ENTERED_FIELDS or column.startswith("attr_")


def _mix_steps(inspection: Inspection) -> list[Text]:
    mover = inspection.mix.biggest_mover
    if mover is None or not inspection.mix.is_changed:
        return []
    was, is_now = percent(mover.reference_share), percent(mover.current_share)
    if mover.change > 0:
        return [
            Text(
                f"Check the leads of {mover.name.en} ({was} before, {is_now} now): do size and budget fit, do the reps "
                "have time for them, and in which stage do they get stuck?",
                f"检查“{mover.name.zh}”带来的线索（占比由 {was} 变为 {is_now}）：规模与预算是否匹配，"
                "销售人力是否足够，卡在哪个阶段？",
            )
        ]
    return [
        Text(
            f"Find out why {mover.name.en} brings fewer leads ({was} before, {is_now} now): spend, form, "
            "or a failed connector.",
            f"查明“{mover.name.zh}”线索减少的原因（占比由 {was} 变为 {is_now}）：投放、表单或连接器故障。",
        )
    ]


def _model_steps(inspection: Inspection, *, has_model: bool) -> list[Text]:
    if not has_model:
        return [Text("Train a win model: funnelcast train win.", "训练赢单模型：funnelcast train win。")]
    verdict = inspection.score_verdict
    drifted = [column for column in inspection.drifted if column.column != SCORE_COLUMN]
    if (verdict is not None and verdict.is_drifted) or drifted:
        return [
            Text(
                "Retrain on the newest closed leads: funnelcast train win. The gate keeps the present "
                "model if the new one is not better.",
                "用最新已结束的线索重新训练：funnelcast train win。若新模型没有更好，闸门会保留现有模型。",
            )
        ]
    return []


def _carry_on() -> Text:
    return Text("Nothing needs a change. Work the priority list from the top.", "无需调整，请按优先名单自上而下跟进。")
