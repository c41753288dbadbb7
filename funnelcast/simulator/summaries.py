"""Chinese notes of calls, meetings, visits and chats, composed so that word statistics mean something.

The topic is drawn by the caller; the words of a topic stand in its templates. Openings and closings are neutral.
"""

from __future__ import annotations

import numpy as np

from funnelcast.simulator.arrays import Ints, Texts, choose

TOPICS: dict[str, tuple[str, ...]] = {
    "budget": (
        "{who}表示预算有限，目前只能承担报价的一部分",
        "客户反映今年预算有限，{p}的报价超出其承受范围",
        "预算有限，{who}询问是否有低配版{p}",
        "{who}说年度设备预算已经用得差不多，预算有限，需要再申请",
        "公司规模小，预算有限，觉得{p}投入偏大",
    ),
    "instalment": (
        "{who}询问能否分期付款，首付希望控制在{n}成以内",
        "希望分期付款，问{p}能不能按{n}个月付清",
        "客户资金紧张，只接受分期付款，或者先租后买",
        "{who}提出分期付款方案，一次付清有困难",
        "问有没有融资租赁或分期付款的政策，现金流压力较大",
    ),
    "price": (
        "{who}认为{p}价格偏高，希望再给些折扣",
        "就报价进行沟通，客户要求降价{n}个点",
        "客户问{p}的最低价，要求提供正式报价单",
        "讨论价格和付款条件，{who}希望随机赠送一批备件",
        "对比了几家报价，觉得我们的单价没有优势",
    ),
    "technology": (
        "与{who}讨论{p}的加工精度和节拍要求",
        "技术交流：客户关心{p}的控制系统和接口协议",
        "客户提供了样件图纸，要求确认{p}能否达到公差",
        "{who}询问{p}的能耗、噪音以及维护周期",
        "就产线布局和{p}的安装条件做了沟通，需要工程师出方案",
        "客户要求现场试切，验证{p}的稳定性和良率",
    ),
    "delivery": (
        "{who}确认{p}的交货期，希望{n}周内到货",
        "客户催问交期，新产线计划{t}投产",
        "沟通交付、安装和调试的时间安排，{who}比较着急",
        "客户希望尽快签约，问{p}是否有现货",
    ),
    "competition": (
        "客户同时在看进口品牌，要求我们做对比说明",
        "{who}提到竞争对手的方案已经报价，正在比较",
        "竞品给出更长的质保，客户问我们能否跟进",
        "了解到另外{n}家供应商也在参与，客户倾向于招标",
    ),
    "decision": (
        "{who}需要向总经理汇报后再定",
        "采购流程需要{n}个部门会签，等待内部立项",
        "项目已经立项，{who}是主要负责人，可以推进下一步",
        "目前还在前期调研，没有明确的采购时间表",
    ),
    "service": (
        "{who}反馈现有设备运行正常，顺便了解{p}",
        "客户咨询售后响应时间和备件库存",
        "约定{t}安排工程师上门巡检，客户对服务比较满意",
        "现有设备出现报警，已转售后处理",
    ),
    "neutral": (
        "介绍了公司情况和{p}的应用案例",
        "发送了{p}的产品资料和样本，请客户查阅",
        "{who}正在开会，约{t}再联系",
        "沟通未几句，客户表示稍后回复",
        "核对了联系方式和收货地址",
        "邀请{who}来厂参观，客户表示看时间安排",
        "跟进上次沟通的内容，客户暂无新的反馈",
        "节日问候，顺便了解近期生产情况",
    ),
}
TOPIC_NAMES = list(TOPICS)
OPENINGS = ("", "", "", "今日", "上午", "下午", "按约", "回访，", "首次沟通，", "再次联系，", "客户来询，", "跟进：")
CLOSINGS = (
    "。", "。", "。", "，下周再跟进。", "，已记录。", "，待客户回复。", "，已发邮件确认。", "，约好下次时间。",
    "，请主管关注。", "，客户态度友好。", "，需要内部讨论。", "，后续由我继续联系。", "，已加微信。",
)  # fmt: skip
PEOPLE = ("客户", "王经理", "李总", "采购负责人", "技术主管", "对方", "设备科长", "生产厂长", "刘工", "老板", "张主任")
TIMES = ("下周", "月底", "下个月", "节后", "周三", "周五", "季度末", "年底")


def compose(topics: Ints, products: Texts, rng: np.random.Generator) -> Texts:
    """[n] one note per topic index (into TOPIC_NAMES) and product."""
    count = len(topics)
    templates = [TOPICS[name] for name in TOPIC_NAMES]
    picks = rng.integers(0, 1_000_000, count)
    parts = zip(
        choose(rng, list(OPENINGS), count),
        topics.tolist(),
        picks.tolist(),
        choose(rng, list(CLOSINGS), count),
        products,
        choose(rng, list(PEOPLE), count),
        choose(rng, list(TIMES), count),
        rng.integers(2, 13, count).tolist(),
        strict=True,
    )
    return np.array(
        [
            opening
            + templates[topic][pick % len(templates[topic])].format(p=product, who=who, t=time, n=number)
            + closing
            for opening, topic, pick, closing, product, who, time, number in parts
        ],
        dtype=object,
    )
