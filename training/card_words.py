"""What the model card says in each language. Names of columns and of their values come from the features."""

from __future__ import annotations

from training.gate_words import Language, Words

# Every key: (English, Chinese).
_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Model card: {model}", "模型说明卡：{model}"),
    "win": ("Win probability", "赢单概率"),
    "churn": ("Churn", "客户流失"),
    "rfm": ("RFM shift", "RFM 分级变化"),
    "data": ("Data", "数据"),
    "counts": (
        "{rows:,} rows, {positives:,} positive; rate of the test part {rate:.1%}.",
        "共 {rows:,} 行，其中正例 {positives:,} 行；检验部分的正例率为 {rate:.1%}。",
    ),
    "figures": ("Figures on the newest part", "最新部分上的表现"),
    "ladder": (
        "Ladder (log loss on time-ordered folds before it)",
        "由简到繁的候选模型（此前数据按时间分折的对数损失）",
    ),
    "curves": ("Reliability and gain", "可靠性与增益"),
    "reliability": (
        "Reliability. Across: probability told; upwards: share that came true. On the dotted line a probability means "
        "what it says.",
        "可靠性。横轴：预测概率；纵轴：实际比例。落在虚线上表示概率与实际相符。",
    ),
    "gain": (
        "Gain. Across: share of the rows, the highest scores first; upwards: share of the positives among them. The "
        "dotted line is chance.",
        "增益。横轴：按评分从高到低取的行数占比；纵轴：其中正例占全部正例的比例。虚线为随机。",
    ),
    "traits": ("Traits of winners", "赢单特征"),
    "traits_meaning": (
        "Picked by what leads did before; the figures are of the newest leads, which had no say in the pick.",
        "特征由较早的线索选出；数字来自未参与选择的最新线索。",
    ),
    "backtest": ("First {share:.0%} of the list would have held", "名单前 {share:.0%} 可覆盖的成果"),
    "backtest_meaning": (
        "{leads:,} leads, of which {wins:,} were won. In brackets: 95 % interval, leads resampled.",
        "共 {leads:,} 条线索，其中赢单 {wins:,} 条。括号内为 95% 区间（按线索重抽样）。",
    ),
    "against": (
        "{good}: priority less the best order without a model ({order}): {difference} percentage points{interval}.",
        "{good}：优先名单与无需模型的最佳排序（{order}）之差为 {difference} 个百分点{interval}。",
    ),
    "by": ("By {column}", "按{column}"),
    "kept_out": ("Columns kept out", "排除的列"),
    "none": ("None.", "无。"),
    "limits": ("Known limits", "已知局限"),
    "between": ("{low} to {high}", "{low} 至 {high}"),
    # rows of the figures
    "this_model": ("this model", "本模型"),
    "interval": ("95 % interval", "95% 区间"),
    "fixed": ("level not followed", "不跟随水平变化"),
    # heads of tables
    "roc_auc": ("ROC AUC (higher)", "ROC 曲线下面积（越高越好）"),
    "average_precision": ("Average precision (higher)", "平均精确率（越高越好）"),
    "log_loss": ("Log loss (lower)", "对数损失（越低越好）"),
    "brier": ("Brier score (lower)", "布赖尔分数（越低越好）"),
    "ece": ("Calibration error (lower)", "校准误差（越低越好）"),
    "lift_at_10": ("Best tenth, times average (higher)", "前十分之一为平均的几倍（越高越好）"),
    "accuracy": ("Accuracy (higher)", "准确率（越高越好）"),
    "macro_f1": ("Macro F1 (higher)", "宏平均 F1（越高越好）"),
    "rung": ("Candidate", "候选模型"),
    "above_best": ("Above the best", "高于最优"),
    "standard_error": ("Standard error", "标准误"),
    "max_shift": ("Most shift of a column allowed", "允许的列漂移上限"),
    "trait": ("Leads with", "线索特征"),
    "cases": ("Leads", "线索数"),
    "won": ("Won", "赢单数"),
    "rate": ("Came true", "实际比例"),
    "lift": ("Times average", "为平均的倍数"),
    "order": ("Ordered by", "排序方式"),
    "wins": ("Of the wins", "占赢单数"),
    "money": ("Of the money", "占赢单金额"),
    "group": ("Group", "分组"),
    "rows": ("Rows", "行数"),
    "probability_told": ("Told", "预测概率"),
    "gap": ("Told less came true, points", "预测与实际之差（百分点）"),
    # orders of the back-test
    "priority": ("Expected value (the priority list)", "期望价值（优先名单）"),
    "probability": ("Probability alone", "仅按概率"),
    "amount": ("Amount", "金额"),
    "age": ("Longest open first", "未关闭时间最长者优先"),
    "random": ("At random", "随机"),
    # baselines and candidates
    "base_rate": ("Base rate", "基准比率"),
    "prior": ("Rates of the past", "以往比率"),
    "rates": ("Shrunk rates per value", "按取值收缩的比率"),
    "naive_bayes": ("Naive Bayes", "朴素贝叶斯"),
    "logistic": ("Logistic", "逻辑回归"),
    "logistic_strong": ("Logistic, strong penalty", "逻辑回归（强惩罚）"),
    "logistic_weak": ("Logistic, weak penalty", "逻辑回归（弱惩罚）"),
    "pace_led": ("Own pace leading, logistic", "以客户自身节奏为主，加逻辑回归"),
    "pace_led_strong": ("Own pace leading, logistic, strong penalty", "以客户自身节奏为主，加逻辑回归（强惩罚）"),
    "pace_led_weak": ("Own pace leading, logistic, weak penalty", "以客户自身节奏为主，加逻辑回归（弱惩罚）"),
    "paced": ("Own pace and logistic", "客户自身节奏与逻辑回归"),
    "paced_strong": ("Own pace and logistic, strong penalty", "客户自身节奏与逻辑回归（强惩罚）"),
    "paced_weak": ("Own pace and logistic, weak penalty", "客户自身节奏与逻辑回归（弱惩罚）"),
    "panel": ("Mean of three lines", "三个线性模型的平均"),
    "boosted": ("Boosted trees", "提升树"),
    "stack": ("Mean of trees and line", "提升树与线性模型的平均"),
    "markov": ("Markov transition rates", "马尔可夫转移率"),
    "stay": ("Everybody stays", "人人不变"),
    "recency": ("Days since the last order", "距上次下单天数规则"),
    "bg_nbd": ("BG/NBD", "BG/NBD 模型"),
    "calendar": ("Same weeks of earlier years", "往年同期比率"),
    # columns of the groups
    "channel_id": ("Channel", "渠道"),
    "rep_team": ("Team", "团队"),
    "current_stage": ("Stage", "阶段"),
    "region": ("Region", "地区"),
    "industry": ("Industry", "行业"),
    "rfm_tier": ("Tier", "客户分级"),
    "employee_count": ("Size of firm", "企业规模"),
}
# Values of the groups that no feature has words for.
GROUPS: dict[str, dict[str, Words]] = {
    "rfm_tier": {
        "strategic": {"en": "Strategic", "zh": "战略级"},
        "growth": {"en": "Growth", "zh": "成长级"},
        "maintenance": {"en": "Maintenance", "zh": "维护级"},
    },
    "employee_count": {
        "under 20": {"en": "under 20", "zh": "不足 20 人"},
        "20 to 99": {"en": "20 to 99", "zh": "20 至 99 人"},
        "100 to 499": {"en": "100 to 499", "zh": "100 至 499 人"},
        "500 and more": {"en": "500 and more", "zh": "500 人及以上"},
    },
}
LIMITS: tuple[Words, ...] = (
    {
        "en": "Probabilities hold for leads like those of the data window; a new channel or product is not in it.",
        "zh": "概率适用于与数据时段内相似的线索；新的渠道或产品不在其中。",
    },
    {
        "en": "Figures are of one newest part; the intervals resample its cases, not the history.",
        "zh": "指标只来自一段最新数据；区间由其中案例的重抽样得出，并未重抽历史。",
    },
    {
        "en": "Gaps between groups are shown, not removed. A gap in a group of few rows may be chance.",
        "zh": "组间差距只作展示，并未消除；行数少的组出现差距可能只是偶然。",
    },
    {
        "en": "A reason says what moved the score, not what would move the outcome.",
        "zh": "理由说明的是什么改变了评分，而不是什么会改变结果。",
    },
)
# Of the evidence of a column that was kept out; in English it has words of its own.
QUARANTINE_ZH: dict[str, str] = {
    "skill_alone": "仅凭该列区分结果的 AUC 即达 {single_auc:.3f}，高于上限 {limit}。",
    "identifier": "该列是行的编号而非描述：{rows:,.0f} 个案例中有 {distinct:,.0f} 个不同取值。",
    "filled_when_closed": (
        "已关闭线索中 {filled_closed:.0%} 填写了该列，未关闭线索中仅 {filled_open:.0%}：它在关闭时才填写。"
    ),
    "only_after_closing": (
        "已关闭线索中 {share_closed:.0%} 含有某个取值（其中 {win_rate:.0%} 赢单），"
        "而 {open_rows:,.0f} 条未关闭线索中均无此值：它在关闭时才写入。"
    ),
    "out_of_line": (
        "仅凭该列的 AUC 即达 {single_auc:.3f}，其余未被怀疑的列最高为 {next_auc:.3f}：它可能在结果已知时才填写。"
        "若非如此，请在 `accept` 下列出。"
    ),
    "tells_the_end": (
        "该列透露线索结束的日期：赢单中占 {share_won:.0%}，流失中占 {share_lost:.0%}；它可能在结果已知时才写入。"
        "若非如此，请在 `accept` 下列出。"
    ),
    "one_outcome": (
        "该列的某个取值出现在 {cases:,.0f} 个案例中，其赢单率为 {win_rate:.1%}（全体为 {base_rate:.0%}），"
        "几乎只对应一种结果：它可能在结果已知时才写入。若非如此，请在 `accept` 下列出。"
    ),
    "changed_twin": (
        "该列与含义相同的另一列在 {share_differing:.0%} 的案例中不同，其中赢单 {win_rate_differing:.0%}，"
        "其余案例为 {win_rate_equal:.0%}：它可能在结果已知时被改写。若非如此，请在 `accept` 下列出。"
    ),
}


def says(key: str, language: Language, **values: object) -> str:
    """The words of a key with values put in; the key itself where nothing is said of it.

    >>> says("counts", "zh", rows=1200, positives=90, rate=0.075)
    '共 1,200 行，其中正例 90 行；检验部分的正例率为 7.5%。'
    """
    if key not in _WORDS:
        return key
    words = _WORDS[key][0 if language == "en" else 1]
    return words.format(**values) if values else words
