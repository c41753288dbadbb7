"""What people call a trait; one that stands not here goes by its own name."""

from __future__ import annotations

TRAIT_EN = {
    "channel": "channel", "campaign": "campaign", "size_band": "firms of size", "region": "region",
    "industry": "industry", "product": "product", "team": "team", "rep_tenure": "reps who are",
    "source_system": "system", "first_response": "first response", "needs_analysis": "needs analysis",
}  # fmt: skip
TRAIT_ZH = {
    "channel": "渠道", "campaign": "活动", "size_band": "企业规模", "region": "地区", "industry": "行业",
    "product": "产品", "team": "团队", "rep_tenure": "销售人员", "source_system": "系统",
    "first_response": "首次响应", "needs_analysis": "需求分析",
}  # fmt: skip
