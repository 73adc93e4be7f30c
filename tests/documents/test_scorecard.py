"""The workbooks: read back with their real values, their page set-up, and text that stays text."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook, load_workbook

from accounts.models import OrgUnit
from tasks.documents import words
from tasks.documents.cells import cell, file_name, row_height, safe_text, text_units
from tasks.documents.scorecard import write_ranking, write_score_sheet
from tasks.models import Cycle, Scheme, ScoreLine, ScoreSheet
from tasks.vocab import CriterionCategory, Grade, NextStep, RankingGroup, ScoreFlag, SheetFlag
from tests.factories import make_city, noon

pytestmark = pytest.mark.django_db
HEADS = ["序号", "一级/二级指标", "分值", "计分依据", "评分标准", "目标值", "完成值", "完成率"]
HEADS += ["自评分", "部门核定分", "复核分", "加扣分说明", "佐证编号"]


def unit(code, name):
    row = OrgUnit(code=code, name=name, short_name=name, kind="department", valid_from=dt.date(2025, 1, 1))
    row.save_audited(by=None, reason="test", at=noon(dt.date(2025, 1, 1)))
    return row


@pytest.fixture
def cycle():
    scheme = Scheme(code="points", version=3, name="百分制", valid_from_year=2024, parameters={})
    scheme.save_audited(by=None, reason="test", at=noon(dt.date(2025, 1, 1)))
    row = Cycle(year=2026, scheme=scheme)
    row.save_audited(by=None, reason="test", at=noon(dt.date(2025, 1, 1)))
    return row


def sheet_for(cycle, code="energy", name="能源局", total="87.41", rank=1, flags=()):
    return ScoreSheet.objects.create(
        cycle=cycle,
        org_unit=unit(code, name),
        version=1,
        group="departments",
        as_of=dt.date(2026, 12, 31),
        computed_at=noon(dt.date(2027, 1, 5)),
        total=Decimal(total),
        grade="good",
        rank=rank,
        flags=list(flags),
        categories=[
            {"category": "targets", "possible": "40.00", "points": "38.29"},
            {"category": "tasks", "possible": "40.00", "points": "30.01"},
            {"category": "bonus", "possible": "3.00", "points": "1.00"},
            {"category": "penalty", "possible": "5.00", "points": "-0.50"},
        ],
        input_digest="ab" * 32,
    )


def line_for(sheet, position, category, label, **values):
    base = {
        "rule": "ASM-02",
        "formula": "3.2 ÷ 3.5 × 20 ≈ 18.2857",
        "points_possible": 20,
        "points": Decimal("18.2857"),
    }
    return ScoreLine(sheet=sheet, position=position, category=category, label=label, **(base | values))


@pytest.fixture
def book(cycle, tmp_path):
    sheet = sheet_for(cycle, flags=[{"code": "provisional"}, {"code": "proposed"}])
    lines = [
        line_for(
            sheet,
            0,
            "targets",
            "=1+1",
            target_text="3.5 %",
            actual_text="3.2 %",
            completion=Decimal("0.9143"),
            inputs={"method": "decrease", "target": "7/2", "actual": "16/5", "next": {"code": "full", "params": {}}},
        ),
        line_for(
            sheet,
            1,
            "targets",
            "定性",
            actual_text="基本完成",
            completion=Decimal("0.8"),
            flag="unverified",
            inputs={"method": "grade", "target": None, "actual": "2"},
        ),
        line_for(sheet, 2, "targets", "无数据", inputs={"method": "increase", "target": "20", "actual": None}),
        line_for(
            sheet,
            3,
            "tasks",
            "T2 任务",
            completion=Decimal("0.76"),
            flag="late",
            inputs={
                "due_on": "2026-06-30",
                "finished_on": "2026-07-16",
                "evidence": list(range(1, 9)),
                "next": {"code": "earlier", "params": {"days": "5", "points": "1"}},
            },
        ),
        line_for(sheet, 4, "tasks", "T3 任务", inputs={"due_on": "2026-06-30", "finished_on": None}),
        line_for(sheet, 5, "tasks", "报告", inputs={"good": 11, "total": 12}),
        line_for(sheet, 6, "bonus", "试点经验", formula="1", inputs={}),
    ]
    path = tmp_path / "sheet.xlsx"
    write_score_sheet(sheet, lines, path)
    return load_workbook(path)


def test_the_score_sheet_has_the_official_columns_and_prints_on_a4(book):
    page = book["年度考核评分表"]
    assert [page.cell(4, column).value for column in range(1, 14)] == HEADS
    assert (page.freeze_panes, page.print_title_rows) == ("A5", "$4:$4")
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight, page.sheet_properties.pageSetUpPr.fitToPage) == (
        1,
        0,
        True,
    )


def test_cells_hold_real_numbers_and_dates(book):
    page = book.active
    rows = {page.cell(row, 2).value: row for row in range(5, page.max_row + 1) if page.cell(row, 2).value}
    measured = rows["=1+1"]
    assert [page.cell(measured, column).value for column in (6, 7, 8, 11)] == [3.5, 3.2, 0.9143, 18.2857]
    assert page.cell(measured, 6).number_format == '0.0###"%"'
    assert page.cell(rows["定性"], 7).value == "基本完成"
    assert [page.cell(rows["无数据"], column).value for column in (6, 7)] == [20, None]
    late = rows["T2 任务"]
    assert page.cell(late, 6).value.date() == dt.date(2026, 6, 30)
    assert page.cell(late, 7).value.date() == dt.date(2026, 7, 16)
    assert page.cell(late, 12).value == "逾期完成；提前 5 个工作日完成，可增 1 分"
    assert page.cell(late, 13).value == "E1、E2、E3、E4、E5、E6等8件"
    assert page.cell(rows["T3 任务"], 7).value is None
    assert [page.cell(rows["报告"], column).value for column in (6, 7)] == [12, 11]


def test_text_that_looks_like_a_formula_stays_text(book):
    found = next(found for row in book.active.iter_rows() for found in row if found.value == "=1+1")
    assert (found.data_type, found.quotePrefix) == ("s", True)


def test_the_foot_sums_up_and_leaves_signatures_blank(book):
    page = book.active
    foot = {
        page.cell(row, 1).value: (page.cell(row, 3).value, page.cell(row, 4).value)
        for row in range(5, page.max_row + 1)
    }
    assert foot["加分"] == (1, "试点经验（1）")
    assert foot["减分"] == (-0.5, "无")
    assert foot["一票否决"] == (None, "无")
    assert foot["总分"] == (87.41, "38.29 + 30.01 + 1.00 − 0.50 = 87.41")
    assert foot["等次"] == (None, "良好　　组内名次：1")
    assert foot["说明"] == (None, "预评结果：考核年度尚未结束；部分责任单位为建议，未经办公室确认")
    assert "被考核单位负责人（签字）：" in foot
    assert "【预评结果：考核年度尚未结束】" in page["A3"].value


def test_the_ranking_shows_ties_and_who_was_not_assessed(cycle, tmp_path):
    moved = [{"code": "weight_moved", "category": "targets", "points": "40", "to": "tasks"}, {"code": "demo"}]
    sheets = [
        sheet_for(cycle, "c", "丙局", "80", 3),
        sheet_for(cycle, "a", "甲局", "90", 1, moved),
        sheet_for(cycle, "b", "乙局", "90", 1),
    ]
    write_ranking(2026, sheets, ["丁局"], tmp_path / "ranking.xlsx")
    page = load_workbook(tmp_path / "ranking.xlsx")["市级部门"]
    rows = [[page.cell(row, column).value for column in (1, 2, 9, 10, 11)] for row in (4, 5, 6)]
    assert rows == [
        [1, "甲局", 90, "良好", "与他单位并列；目标完成不适用，分值并入其他项"],
        [1, "乙局", 90, "良好", "与他单位并列"],
        [3, "丙局", 80, "良好", None],
    ]
    assert "【含演示数据，不得作为考核依据】" in page["A2"].value
    assert page["A7"].value == "本年度截至数据日无应考核的目标和任务、未参加排名：丁局"


def test_a_ranking_of_nobody_is_still_a_workbook(tmp_path):
    write_ranking(2026, [], [], tmp_path / "ranking.xlsx")
    assert load_workbook(tmp_path / "ranking.xlsx").sheetnames == ["市级部门"]


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (words.CATEGORIES, CriterionCategory),
        (words.GROUPS, RankingGroup),
        (words.GRADES, Grade),
        (words.LINE_FLAGS, ScoreFlag),
        (words.SHEET_FLAGS, SheetFlag),
        (words.NEXT_STEPS, NextStep),
    ],
)
def test_every_code_has_its_words_on_paper(table, codes):
    assert set(table) == set(codes)


def test_words_are_filled_with_their_figures():
    assert words.line_remark("same_cause", {"charged_at": "T3"}) == "同一事由已在“T3”扣分，不重复扣"
    assert words.sheet_remark({"code": "veto", "name": "造假", "caps_at": "fail"}) == "一票否决：造假，等次最高为不合格"
    assert words.sheet_remark({"code": "share_limit", "from": "excellent"}) == "受优秀比例限制，等次由优秀调整"
    spread = {"code": "weight_moved", "category": "tasks", "points": "40", "to": ""}
    assert words.sheet_remark(spread) == "“任务完成”本年度不适用，其 40 分并入其他各项"
    heir = spread | {"category": "targets", "to": "tasks"}
    assert words.sheet_remark(heir) == "“目标完成”本年度不适用，其 40 分并入“任务完成”"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx"])
def test_formula_starts_are_written_as_text(text):
    made = cell(Workbook(write_only=True).create_sheet(), text)
    assert (made.data_type, made.quotePrefix) == ("s", True)


def test_texts_are_measured_and_made_safe():
    assert safe_text("a\x00b" + "x" * 40_000) == "ab" + "x" * 32_765
    assert (text_units("中文a"), text_units(None)) == (5, 0)
    assert row_height(["中" * 10, None, 3], [11, 5, 5]) == 31
    assert (file_name("2026-市/局 <x>.xlsx"), file_name("../")) == ("2026-市_局_x_.xlsx", "_")


def test_the_command_scores_writes_and_says_where(tmp_path, capsys):
    make_city(dt.date(2025, 1, 2))
    call_command("scorecard", "2026", "--out", str(tmp_path / "out"), "--as-of", "2026-06-30", "--format", "json")
    found = json.loads(capsys.readouterr().out)
    assert (found["year"], found["as_of"], found["provisional"], found["sheets"]) == (2026, "2026-06-30", True, [])
    assert found["unassessed"] == ["energy", "transport", "heshan", "lvzhou"]
    assert load_workbook(found["ranking"]).sheetnames == ["市级部门"]
    call_command("scorecard", "2026", "--out", str(tmp_path / "out"), "--as-of", "2026-06-30")
    assert "2026-ranking" not in capsys.readouterr().out


def test_the_command_names_what_is_wrong(tmp_path):
    (tmp_path / "file").write_text("")
    for arguments, code in [
        (["2026", "--out", str(tmp_path), "--as-of", "2025-06-30"], "ASM-18.before_year"),
        (["2020", "--out", str(tmp_path), "--as-of", "2020-06-30"], "ASM-17.no_scheme"),
        (["2026", "--out", str(tmp_path / "file")], "--out"),
    ]:
        with pytest.raises(CommandError) as refused:
            call_command("scorecard", *arguments)
        assert code in str(refused.value)
