"""The words of the simulated seller: channels, products, industries, regions, reasons."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Channel:
    """A source of leads: share of the new leads, cost per lead in CNY, and how it comes."""

    channel_id: str
    name: str
    kind: str
    share: float
    cost_per_lead: float
    existing_share: float  # share of its leads that come from existing customers
    log_employees: float  # shift of the mean log head count
    response_hours: float  # median until the first response
    first_touch: str
    campaigns: tuple[str, ...]


CHANNELS = (
    Channel(
        "website", "官网", "inbound", 0.20, 180, 0.30, 0.0, 1.4, "web_form", ("官网注册", "白皮书下载", "在线选型")
    ),
    Channel("search", "搜索", "paid", 0.19, 620, 0.14, -0.15, 1.2, "web_form", ("百度推广", "搜狗推广", "360推广")),
    Channel("referral", "转介绍", "referral", 0.13, 90, 0.48, 0.25, 1.8, "call", ("老客户转介绍", "合作伙伴推荐")),
    Channel("trade_show", "展会", "event", 0.12, 950, 0.22, -0.1, 9.0, "qr_scan", ("工博会", "机床展", "智能制造展")),
    Channel("partner", "代理商", "partner", 0.12, 400, 0.36, 0.3, 3.0, "email", ("华南代理", "西南代理", "渠道大会")),
    Channel("wechat", "微信", "social", 0.13, 150, 0.34, -0.05, 1.0, "chat", ("公众号文章", "视频号直播", "企业微信")),
    Channel(
        "cold_call", "电话", "outbound", 0.11, 260, 0.36, 0.0, 0.3, "call", ("电话名单A", "电话名单B", "沉睡客户唤醒")
    ),
)
CHANNEL_IDS = [c.channel_id for c in CHANNELS]

# Product -> list price in CNY of one system.
PRODUCTS = {
    "数控加工中心": 680_000.0,
    "激光切割机": 420_000.0,
    "工业机器人工作站": 550_000.0,
    "空压机系统": 160_000.0,
    "视觉检测设备": 240_000.0,
    "智能仓储系统": 300_000.0,
    "注塑机": 380_000.0,
}
# Industry -> words that names of its firms carry.
INDUSTRIES = {
    "汽车零部件": ("汽车零部件", "汽配", "传动"),
    "电子制造": ("电子", "光电", "半导体", "电路"),
    "机械加工": ("机械", "精密机械", "机电"),
    "医疗器械": ("医疗器械", "医疗科技", "生物"),
    "食品饮料": ("食品", "饮料", "乳业"),
    "新能源": ("新能源", "储能", "电池"),
    "纺织服装": ("纺织", "服饰", "织造"),
    "建材家居": ("建材", "家居", "门窗"),
    "物流仓储": ("物流", "供应链", "仓储"),
}
INDUSTRY_SHARES = (0.16, 0.17, 0.2, 0.07, 0.09, 0.1, 0.07, 0.08, 0.06)
# Region -> cities.
REGIONS = {
    "华东": ("上海", "苏州", "杭州", "宁波", "无锡", "南京", "常州", "合肥"),
    "华南": ("深圳", "广州", "东莞", "佛山", "珠海", "厦门"),
    "华北": ("北京", "天津", "石家庄", "青岛", "济南"),
    "华中": ("武汉", "长沙", "郑州", "南昌"),
    "西南": ("成都", "重庆", "昆明", "贵阳"),
    "东北": ("沈阳", "大连", "长春"),
}
REGION_SHARES = (0.36, 0.25, 0.15, 0.11, 0.08, 0.05)
BRAND_FIRST = list("华东鑫宏瑞恒中盛科天金博远信联嘉德永泰正优创新海星智力凯国安启")
BRAND_SECOND = list("达源通盛泰丰润诚龙茂邦图锐航腾骏晟翔宇益科辉隆佳麦诺众方景拓")

DECISION_LEVELS = ("总经理", "部门经理", "采购专员", "技术员")
URGENCIES = ("高", "中", "低")
CONTACT_TIMES = ("上午", "下午", "晚上", "不限")
FORM_VERSIONS = ("v1", "v2", "v3")
REPEAT_CATEGORIES = ("备件", "耗材", "维保服务", "设备升级", "新设备", "培训服务")
LOST_REASONS = {
    "captured": ("无法联系", "无效线索", "重复线索"),
    "contacted": ("无明确需求", "需求不匹配", "暂无计划", "无法联系"),
    "needs_analysis": ("需求不匹配", "项目推迟", "预算不足", "无决策权"),
    "technical_exchange": ("技术指标不符", "预算不足", "选择竞争对手", "项目推迟"),
    "solution_demo": ("选择竞争对手", "方案不满意", "价格过高", "项目取消"),
    "negotiation": ("价格过高", "选择竞争对手", "交期无法满足", "项目取消", "付款条件不合"),
}
PRICE_REASONS = ("预算不足", "价格过高")
SOURCE_SYSTEMS = ("ERP", "财务系统", "仓储系统", "企业微信")

OPEN_STAGES = ("captured", "contacted", "needs_analysis", "technical_exchange", "solution_demo", "negotiation")
SMALL_FIRM_EMPLOYEES = 50  # "small" is below
