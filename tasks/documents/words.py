"""The words of official papers. They are Chinese whatever language the reader's screen has: the paper is the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.vocab import CriterionCategory, Grade, NextStep, RankingGroup, ScoreFlag, SheetFlag

CATEGORIES: Mapping[str, str] = {
    CriterionCategory.TARGETS: "目标完成",
    CriterionCategory.TASKS: "任务完成",
    CriterionCategory.PROCESS: "过程管理",
    CriterionCategory.COLLABORATION: "协同配合",
    CriterionCategory.BONUS: "加分",
    CriterionCategory.PENALTY: "减分",
}
GROUPS: Mapping[str, str] = {
    RankingGroup.DEPARTMENTS: "市级部门",
    RankingGroup.COUNTIES: "县（市、区）",
    RankingGroup.PARKS: "园区",
}
GRADES: Mapping[str, str] = {
    Grade.EXCELLENT: "优秀",
    Grade.GOOD: "良好",
    Grade.PASS: "合格",
    Grade.FAIL: "不合格",
}
LINE_FLAGS: Mapping[str, str] = {
    ScoreFlag.MISSING_DATA: "数据缺失，计 0 分",
    ScoreFlag.MISSING_EXCLUDED: "数据缺失，不计入",
    ScoreFlag.UNKNOWN_VERDICT: "评定等次不在方案所列范围，计 0 分",
    ScoreFlag.NO_YARDSTICK: "无可比数值，不计入",
    ScoreFlag.NOT_ALLOCATED: "全市总量未分解到本单位，不计入",
    ScoreFlag.UNVERIFIED: "数据为填报数，尚未核定",
    ScoreFlag.CANCELLED: "任务已撤销，不计入",
    ScoreFlag.NOT_YET_DUE: "尚未到期，不计入",
    ScoreFlag.UNFINISHED: "未完成",
    ScoreFlag.LATE: "逾期完成",
    ScoreFlag.QUALITY_MISSING: "未评定质量，按方案下限计",
    ScoreFlag.NOT_APPLICABLE: "本年度不适用",
    ScoreFlag.SAME_CAUSE: "同一事由已在“%(charged_at)s”扣分，不重复扣",
}
SHEET_FLAGS: Mapping[str, str] = {
    SheetFlag.WEIGHT_MOVED: "“%(category)s”本年度不适用，其 %(points)s 分并入%(to)s",
    SheetFlag.VETO: "一票否决：%(name)s，等次最高为%(caps_at)s",
    SheetFlag.SHARE_LIMIT: "受优秀比例限制，等次由%(from)s调整",
    SheetFlag.PROVISIONAL: "预评结果：考核年度尚未结束",
    SheetFlag.DEMO: "含演示数据，不得作为考核依据",
    SheetFlag.PROPOSED: "部分责任单位为建议，未经办公室确认",
    SheetFlag.PROVISIONAL_CALENDAR: "本年度工作日历为暂定，正式公布后应重新计算",
}
NEXT_STEPS: Mapping[str, str] = {
    NextStep.FULL: "",
    NextStep.ENTER_DATA: "补报数据后最高可得 %(points)s 分",
    NextStep.HIGHER_RESULT: "完成值达到 %(value)s，可增 %(points)s 分",
    NextStep.LOWER_RESULT: "完成值降至 %(value)s 以下，可增 %(points)s 分",
    NextStep.BETTER_VERDICT: "评定等次提高，最多可增 %(points)s 分",
    NextStep.EARLIER: "提前 %(days)s 个工作日完成，可增 %(points)s 分",
    NextStep.BETTER_QUALITY: "质量评定为最高，可增 %(points)s 分",
    NextStep.NO_EXTENSION: "无内部原因延期，可增 %(points)s 分",
    NextStep.FINISH: "按期完成，最高可得 %(points)s 分",
    NextStep.MORE_IN_ORDER: "再有 %(count)s 项合格，可增 %(points)s 分",
}
# Marks that stand at the head of a paper, not only among its remarks.
HEAD_MARKS = (SheetFlag.PROVISIONAL, SheetFlag.DEMO)


def line_remark(flag: str, inputs: Mapping[str, Any]) -> str:
    """Return what must be said with a score line, and what the next point would take, in one sentence each."""
    following = inputs.get("next") or {}
    said = [
        LINE_FLAGS[flag] % inputs if flag else "",
        NEXT_STEPS[following["code"]] % following["params"] if following else "",
    ]
    return "；".join(part for part in said if part)


def sheet_remark(flag: Mapping[str, Any]) -> str:
    """Return what must be said with a whole sheet."""
    params = dict(flag)
    if "category" in params:
        params["category"] = CATEGORIES[params["category"]]
        params["to"] = f"“{CATEGORIES[params['to']]}”" if params["to"] else "其他各项"
    for name in ("caps_at", "from"):
        if name in params:
            params[name] = GRADES[params[name]]
    return SHEET_FLAGS[flag["code"]] % params


def short_remarks(flags: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the remarks for a ranking's narrow column: categories that do not apply in one phrase."""
    moved = "、".join(CATEGORIES[flag["category"]] for flag in flags if flag["code"] == SheetFlag.WEIGHT_MOVED)
    others = [sheet_remark(flag) for flag in flags if flag["code"] != SheetFlag.WEIGHT_MOVED]
    return [f"{moved}不适用，分值并入其他项", *others] if moved else others
