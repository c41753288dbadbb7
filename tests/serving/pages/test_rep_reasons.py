from __future__ import annotations

from crm_core.lookup.reps import RepName
from scoring.reasons import Reason
from serving.pages.rep_reasons import with_rep_names


def reason(feature: str, value: str) -> Reason:
    return Reason(feature, value, 0.1, f"It: {value}; 20 % are won", f"该项：{value}；赢单率 20%", feature)


def test_only_a_rep_that_the_visitor_sees_is_named() -> None:
    reasons = [reason("rep_id", "R7"), reason("rep_id", "R8"), reason("product", "R7")]
    told = with_rep_names(reasons, {"R7": RepName("R7", "王芳", "一部")})
    assert [one.zh for one in told] == ["该项：王芳；赢单率 20%", "该项：R8；赢单率 20%", "该项：R7；赢单率 20%"]
    assert told[0].en == "It: 王芳; 20 % are won"
    assert (told[0].value, told[0].contribution) == ("R7", 0.1)
