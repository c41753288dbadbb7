"""An entry's arithmetic in words, from the inputs of its journal alone."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crm_core.commission.arithmetic import claims_from_json, terms_in
from crm_core.commission.bonus import KPI
from crm_core.commission.book import BONUS, CORRECTION, REVERSAL
from crm_core.commission.cents import WHOLE_BP, rounded
from crm_core.commission.terms import MENTOR, ORDER_RATE, Claim, Terms
from crm_core.commission.wording import Words, money, ordinal, percent, plain

_STARTS = {
    REVERSAL: Words("taken back: ", "冲回："),
    CORRECTION: Words("terms changed: ", "条件变更："),
}
_NOTHING = Words("the order earns nothing any more", "该订单不再计提佣金")


def explain(kind: str, inputs: Mapping[str, Any], claim: Claim) -> Words:
    """How an entry's amount comes about, in English and Chinese.

    Parameters
    ----------
    kind, inputs: those of the journal. claim: the entry's.
    """
    if kind == BONUS:
        due, before = inputs["due_cents"], inputs["before_cents"]
        sums = _kpi(inputs) if claim.rule == KPI else _progressive(inputs)
        return _finish(Words("", ""), sums, due, before)
    terms, paid = terms_in(inputs), inputs["paid_cents" if kind == CORRECTION else "paid_after_cents"]
    if kind == CORRECTION:
        before = claims_from_json(inputs["before"]).get(claim, 0)
    else:
        before = Terms.from_json(inputs["terms"]).dues(inputs["paid_before_cents"]).get(claim, 0)
    due = terms.dues(paid).get(claim, 0) if terms else 0
    start = _STARTS.get(kind, Words("", ""))
    if terms is None or claim not in terms.dues(paid):
        return _finish(start, _NOTHING if terms is None else _not_theirs(claim), due, before)
    sums = _of_order(terms, paid, claim) if claim.rule == ORDER_RATE else _of_mentor(terms, paid, claim)
    return _finish(start, sums, due, before)


def _finish(start: Words, sums: Words, due: int, before: int) -> Words:
    """`... = due, less before -> amount`; of the first entry of its kind just `... -> amount`."""
    if before == 0:
        return Words(f"{start.en}{sums.en} -> {money(due)}", f"{start.zh}{sums.zh} -> {money(due)}")
    amount = money(due - before)
    return Words(
        f"{start.en}{sums.en} = {money(due)}, less {money(before)} booked before -> {amount}",
        f"{start.zh}{sums.zh} = {money(due)}，减去此前已计 {money(before)} -> {amount}",
    )


def _of_order(terms: Terms, paid: int, claim: Claim) -> Words:
    """`8 % of 12,500.00 CNY paid of 50,000.00, first order`, and the rep's share where it is shared."""
    counted, whole = terms.counted(paid), money(terms.amount_cents)
    rate, number = percent(terms.rate), terms.order_number
    en = f"{rate} of {money(counted)} {terms.currency} paid of {whole}, {ordinal(number)} order"
    zh = f"合同额 {whole} 中已回款 {money(counted)} {terms.currency} 的 {rate}，客户第 {number} 单"
    if paid > counted:
        en += f" ({money(paid)} paid in all; only the contract amount earns)"
        zh += f"（共回款 {money(paid)}，超出合同额部分不计）"
    if len(terms.shares) == 1:
        return Words(en, zh)
    due = money(rounded(Decimal(terms.rate) * counted))
    share = percent(Decimal(dict(terms.shares)[claim.rep_id]) / WHOLE_BP)
    return Words(f"{en} = {due}, share {share}", f"{zh} = {due}，分成 {share}")


def _of_mentor(terms: Terms, paid: int, claim: Claim) -> Words:
    """`10 % of the 1,000.00 of R002, as its mentor`."""
    dues, rate = terms.dues(paid), percent(terms.mentor_rate)
    earned = {
        rep_id: money(dues[Claim(rep_id, ORDER_RATE, terms.currency)])
        for rep_id, mentor_id in terms.mentors
        if mentor_id == claim.rep_id
    }
    en = " + ".join(f"{rate} of the {cents} {terms.currency} of {rep_id}" for rep_id, cents in earned.items())
    zh = " + ".join(f"{rep_id} 佣金 {cents} {terms.currency} 的 {rate}" for rep_id, cents in earned.items())
    return Words(f"{en}, as mentor", f"带教奖励：{zh}")


def _not_theirs(claim: Claim) -> Words:
    if claim.rule == MENTOR:
        return Words("no longer the mentor for this order", "不再是该订单的带教人")
    return Words("no longer a share in this order", "不再参与该订单分成")


def _progressive(inputs: Mapping[str, Any]) -> Words:
    """`1 % of the 5,000.00 CNY received above 20,000.00 + ...`."""
    parts, currency = inputs.get("parts", []), inputs["currency"]
    received = money(inputs["received_cents"])
    if not parts:
        return Words(
            f"{received} {currency} received, none of it above a step", f"回款 {received} {currency}，未超过任何阶梯"
        )
    en = " + ".join(
        f"{percent(p['rate'])} of the {money(p['part_cents'])} above {money(p['above_cents'])}" for p in parts
    )
    zh = " + ".join(
        f"超过 {money(p['above_cents'])} 的 {money(p['part_cents'])} 的 {percent(p['rate'])}" for p in parts
    )
    target = money(inputs["target_cents"])
    return Words(
        f"{received} {currency} received, target {target}: {en}", f"回款 {received} {currency}，目标 {target}：{zh}"
    )


def _kpi(inputs: Mapping[str, Any]) -> Words:
    """`score 1.0150 = 0.7 x 2,000,000.00 / 2,000,000.00 + 0.3 x 12 / 12 visits; 1.0150 x 2,000.00`."""
    if "score" not in inputs:
        return Words("no plan has a KPI for this month", "本月没有考核方案")
    received, target, cap = money(inputs["received_cents"]), money(inputs["target_cents"]), plain(inputs["max_ratio"])
    result, process = plain(inputs["result_weight"]), plain(inputs["process_weight"])
    visits, score, least = f"{inputs['visits']} / {inputs['visit_target']}", inputs["score"], plain(inputs["min_score"])
    en = f"score {score} = {result} x {received} / {target} received + {process} x {visits} visits (each at most {cap})"
    zh = f"综合得分 {score} = {result} × 回款 {received} / {target} + {process} × 拜访 {visits}（每项最高 {cap}）"
    if Decimal(score) < Decimal(inputs["min_score"]):
        return Words(f"{en}, below {least}", f"{zh}，低于 {least}")
    bonus = money(inputs["bonus_cents"])
    return Words(f"{en}; {score} x {bonus}", f"{zh}；{score} × {bonus}")
