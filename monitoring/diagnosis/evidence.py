"""The figures behind a cause, for and against, and the same in one paragraph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from monitoring.diagnosis.counterfactual import without
from monitoring.diagnosis.examination import Examination
from monitoring.diagnosis.explained import Explained
from monitoring.diagnosis.segments import marked_by
from monitoring.diagnosis.trait_names import TraitNames
from monitoring.diagnosis.verdict import Score
from monitoring.texts import Text, percent

NAMES = {
    "channel_mix_shift": Text("the channel mix changed", "渠道结构变化"),
    "segment_misfit_price": Text("the price is out of a segment's reach", "客群与价格不匹配"),
    "capacity_shortage": Text("too little capacity", "产能不足"),
    "onboarding": Text("many new reps", "新人集中上岗"),
    "process_breach": Text("milestones are missed", "流程里程碑未达成"),
    "integration_failure": Text("stage changes did not arrive", "系统集成故障"),
    "seasonality": Text("the season", "季节性波动"),
    "unknown": Text("unknown", "原因不明"),
}
SHOWN = 5


def evidence(seen: Examination, score: Score, segment: dict[str, str], sure: dict[str, float]) -> dict[str, Any]:
    """Figures by the question they answer; `against`: the confidences of the other causes."""
    counter = without(seen, segment)
    cases = seen.cases
    return {
        "score": round(score.value, 4),
        "parts": score.parts,
        "anomaly": {
            "stuck": int((cases.is_now & cases.is_stuck).sum()), "cases": int(cases.is_now.sum()),
            "moved_on_share": cases.share(True), "moved_on_share_before": cases.share(False),
            "stock": cases.stock(True), "stock_before": cases.stock(False), "days": cases.days,
            "windows_before": cases.windows,
        },
        "sync": seen.sync.to_json(),
        "who_came_in": [move.to_json() for move in seen.moves[:SHOWN]],
        "who_is_stuck": [lift.to_json() for lift in seen.lifts[:SHOWN]],
        "what_explains": [_explained(one) for one in seen.explained[:SHOWN] if one.strength > 0],
        "what_they_say": {
            "key_words": [word.to_json() for word in seen.said.words],
            "topics": {name: topic.to_json() for name, topic in seen.said.topics.items()},
        },
        "can_they_pay": seen.means.to_json(),
        "are_we_late": {
            "pace": seen.pace.to_json(), "waits": seen.waits.to_json(), "response": seen.response.to_json(),
        },
        "workload": seen.workload.to_json(),
        "who_works_them": [_explained(one) for one in seen.strongest("tenure") + seen.strongest("crew")[:3]],
        "season": seen.season.to_json(),
        "without_segment": counter.to_json() if counter else None,
        "against": {name: round(value, 4) for name, value in sure.items() if name != score.cause},
    }  # fmt: skip


def summary(seen: Examination, score: Score, confidence: float, names: TraitNames) -> Text:
    """One paragraph: the cause, how sure, and what speaks for it."""
    name = NAMES[score.cause]
    told = list(_sentences(seen, score, names))
    en = f"Cause: {name.en} ({percent(confidence)} sure). " + " ".join(one.en for one in told)
    zh = f"原因：{name.zh}（置信度{percent(confidence)}）。" + "".join(one.zh for one in told)
    return Text(en.strip(), zh)


def plain(value: Any) -> Any:
    """The same with plain numbers, NaN and infinity as None, so that it is valid JSON."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return round(float(value), 6) if np.isfinite(value) else None
    return value


def _explained(one: Explained) -> dict[str, Any]:
    figures = {name: value for name, value in vars(one).items() if name not in {"trait", "label"}}
    return {"dimension": one.trait.name, "value": one.label, **figures}


def _sentences(seen: Examination, score: Score, names: TraitNames) -> Iterator[Text]:
    if score.cause == "channel_mix_shift" and score.move:
        yield _moved(score, names)
    if score.cause in {"channel_mix_shift", "segment_misfit_price"}:
        yield from _marked(seen, names)
        yield from _words(seen)
        if seen.means.strength > 0 and seen.means.text:
            yield seen.means.text
    if score.cause == "capacity_shortage":
        yield from (
            look.text
            for look in (seen.pace, seen.waits, seen.response, seen.workload)
            if look.strength > 0 and look.text
        )
    if score.cause in {"onboarding", "process_breach"} and score.group:
        yield _group(score.group, names)
    if score.cause == "integration_failure" and seen.sync.text:
        yield seen.sync.text
    if score.cause == "seasonality" and seen.season.text:
        yield seen.season.text


def _moved(score: Score, names: TraitNames) -> Text:
    move = score.move
    assert move is not None  # noqa: S101 (the caller asks first)
    name = names.group(move.dimension, move.label)
    shares = percent(move.share_before), percent(move.share_now)
    return Text(
        f"{name.en} went from {shares[0]} to {shares[1]} of the new leads.",
        f"{name.zh}的新线索占比由{shares[0]}升至{shares[1]}。",
    )


def _marked(seen: Examination, names: TraitNames) -> Iterator[Text]:
    lift = marked_by(seen)
    if lift:
        shares = percent(lift.share_stuck), percent(lift.share_others)
        who = names.of_segment(lift.segment)
        yield Text(
            f"{shares[0]} of the stuck leads: {who.en}, {lift.lift:.1f} times as common as among others ({shares[1]}).",
            f"滞留线索中{shares[0]}为{who.zh}，是其他线索（{shares[1]}）的{lift.lift:.1f}倍。",
        )


def _words(seen: Examination) -> Iterator[Text]:
    if seen.said.words:
        told = seen.said.words[:4]
        yield Text(
            f"Their calls speak of {', '.join(word.word for word in told)}.",
            f"其通话高频提及：{'、'.join(word.word for word in told)}。",
        )


def _group(group: Explained, names: TraitNames) -> Text:
    who = names.of_group(group.trait.name, group.label)
    share = percent(group.hits_now / max(group.cases_now, 1))
    rest = percent(group.conversion_without)
    return Text(
        f"Leads of {who.en}: {group.cases_now} of them, {share} move on; of the rest {rest}.",
        f"{who.zh}的线索{group.cases_now}条，推进率{share}；其余为{rest}。",
    )
