"""The year's score sheets and the ranking as Excel workbooks; what is printed and signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.worksheet.cell_range import CellRange

from tasks.documents.cells import (
    BODY,
    DAY,
    GROUP,
    GROUP_TEXT,
    HEAD,
    PLAIN,
    TEXT,
    TITLE,
    WARNING,
    Style,
    cell,
    row_height,
    set_page,
)
from tasks.documents.words import CATEGORIES, GRADES, GROUPS, HEAD_MARKS, line_remark, sheet_remark, short_remarks
from tasks.models import ScoreLine, ScoreSheet
from tasks.vocab import CriterionCategory, RankingGroup, SheetFlag

COLUMNS = [
    ("序号", 5.5),
    ("一级/二级指标", 25),
    ("分值", 8),
    ("计分依据", 25),
    ("评分标准", 31),
    ("目标值", 11.5),
    ("完成值", 11.5),
    ("完成率", 8.5),
    ("自评分", 7.5),
    ("部门核定分", 7.5),
    ("复核分", 8.5),
    ("加扣分说明", 23),
    ("佐证编号", 10),
]
WIDTHS = [width for _name, width in COLUMNS]
HEAD_ROW = 4
NUMERALS = "一二三四五六七八九十"
POINTS, EXACT_POINTS, SHARE = "0.00", "0.00##", "0.0%"
MOST_EVIDENCE = 6
RANKING_COLUMNS = [("名次", 7), ("单位", 26), *((CATEGORIES[c], 11) for c in CriterionCategory.values)]
RANKING_COLUMNS += [("总分", 10), ("等次", 10), ("备注", 46)]


def write_score_sheet(sheet: ScoreSheet, lines: Sequence[ScoreLine], path: Path | IO[bytes]) -> None:
    """Write the 年度考核评分表 of one unit to `path`; `lines` in their order, with their criteria."""
    book = Workbook(write_only=True)
    page = book.create_sheet("年度考核评分表")
    set_page(page, WIDTHS, head_row=HEAD_ROW)
    paper = _Paper(page, len(COLUMNS))
    _head(paper, sheet)
    number = 0
    for index, total in enumerate(_core(sheet)):
        own = [line for line in lines if line.category == total["category"]]
        _category_row(paper, NUMERALS[index], total, own)
        for line in own:
            number += 1
            _line_row(paper, number, line)
    _foot(paper, sheet, lines)
    book.save(path)


class _Paper:
    """A write-only page that knows its row number, and merges and heights as it goes."""

    def __init__(self, page: Any, columns: int) -> None:
        self.page, self.columns, self.row = page, columns, 0

    def add(self, cells: Sequence[Any], height: float | None = None) -> None:
        self.row += 1
        if height is not None:
            self.page.row_dimensions[self.row].height = height
        self.page.append(cells)

    def banner(self, text: str, style: Style, height: float) -> None:
        """Add a row with one text across the whole breadth."""
        self.merge(self.row + 1, 1, self.columns)
        self.add([cell(self.page, text, style)], height)

    def merge(self, row: int, first: int, last: int) -> None:
        self.page.merged_cells.add(CellRange(min_row=row, max_row=row, min_col=first, max_col=last).coord)


def _head(paper: _Paper, sheet: ScoreSheet) -> None:
    cycle = sheet.cycle
    paper.banner(f"{cycle.year}年度考核评分表", TITLE, 32)
    paper.banner(
        f"被考核单位：{sheet.org_unit.name}　　组别：{GROUPS[sheet.group]}　　考核方案：{cycle.scheme.name}"
        f"（第{cycle.scheme.version}版）",
        PLAIN,
        18,
    )
    marks = "　".join(f"【{sheet_remark(flag)}】" for flag in _marks(sheet))
    day = sheet.as_of
    text = f"数据截至：{day.year}年{day.month}月{day.day}日　　第{sheet.version}稿　　{marks}"
    paper.banner(text, WARNING if marks else PLAIN, 18)
    heads = [name for name, _width in COLUMNS]
    paper.add([cell(paper.page, name, HEAD) for name in heads], row_height(heads, WIDTHS))


def _marks(sheet: ScoreSheet) -> list[dict[str, Any]]:
    return [flag for flag in sheet.flags if flag["code"] in HEAD_MARKS]


def _core(sheet: ScoreSheet) -> list[dict[str, str]]:
    outside = {CriterionCategory.BONUS, CriterionCategory.PENALTY}
    return [total for total in sheet.categories if total["category"] not in outside]


def _category_row(paper: _Paper, numeral: str, total: Mapping[str, str], lines: Sequence[ScoreLine]) -> None:
    points = replace(GROUP, number_format=POINTS)
    standard = next((line.criterion.standard for line in lines if line.criterion), "")
    basis = "、".join(sorted({line.rule for line in lines}))
    values = [numeral, CATEGORIES[total["category"]], float(total["possible"]), basis, standard, "", "", ""]
    values += ["", "", float(total["points"]), "", ""]
    styles = [GROUP, GROUP_TEXT, points, GROUP, replace(GROUP_TEXT, bold=False), *[GROUP] * 5, points, GROUP, GROUP]
    cells = [cell(paper.page, value, style) for value, style in zip(values, styles, strict=True)]
    paper.add(cells, row_height(values, WIDTHS))


def _line_row(paper: _Paper, number: int, line: ScoreLine) -> None:
    inputs = line.inputs
    target, actual = _measured(line)
    evidence = inputs.get("evidence", [])
    more = f"等{len(evidence)}件" if len(evidence) > MOST_EVIDENCE else ""
    listed = "、".join(f"E{pk}" for pk in evidence[:MOST_EVIDENCE]) + more
    exact = replace(BODY, number_format=EXACT_POINTS)
    values: list[tuple[Any, Style]] = [
        (number, BODY),
        (line.label, TEXT),
        (float(line.points_possible), exact),
        (line.formula, TEXT),
        (f"规则 {line.rule}", BODY),
        target,
        actual,
        (None if line.completion is None else float(line.completion), replace(BODY, number_format=SHARE)),
        (None, exact),
        (None, exact),
        (float(line.points), exact),
        (line_remark(line.flag, inputs), TEXT),
        (listed, BODY),
    ]
    cells = [cell(paper.page, value, style) for value, style in values]
    paper.add(cells, row_height([value for value, _style in values], WIDTHS))


def _measured(line: ScoreLine) -> tuple[tuple[Any, Style], tuple[Any, Style]]:
    """Return target and result as real numbers or dates, each with its number format; words where they are words."""
    inputs = line.inputs
    if "due_on" in inputs:
        day = replace(BODY, number_format=DAY)
        done = inputs["finished_on"]
        return (date.fromisoformat(inputs["due_on"]), day), (date.fromisoformat(done) if done else None, day)
    if "method" in inputs:
        target, actual = inputs["target"], inputs["actual"]
        unit = line.target_text.partition(" ")[2] or line.actual_text.partition(" ")[2]
        graded = target is None and line.actual_text and not line.actual_text[0].isdigit()
        return _number(target, unit), (line.actual_text, BODY) if graded else _number(actual, unit)
    if "total" in inputs:
        return (inputs["total"] or None, BODY), (inputs["good"] if inputs["total"] else None, BODY)
    return (None, BODY), (None, BODY)


def _number(value: str | None, unit: str) -> tuple[Any, Style]:
    if value is None:
        return None, BODY
    number = Fraction(value)
    suffix = f'"{unit}"'.replace('"""', '"') if unit and '"' not in unit else ""
    if number.denominator == 1:
        return int(number), replace(BODY, number_format=f"0{suffix}")
    return float(number), replace(BODY, number_format=f"0.0###{suffix}")


def _foot(paper: _Paper, sheet: ScoreSheet, lines: Sequence[ScoreLine]) -> None:
    totals = {total["category"]: float(total["points"]) for total in sheet.categories}
    for category in (CriterionCategory.BONUS, CriterionCategory.PENALTY):
        said = "；".join(f"{line.label}（{line.formula}）" for line in lines if line.category == category)
        _foot_row(paper, CATEGORIES[category], totals.get(category, 0.0), said or "无")
    vetoes = "；".join(sheet_remark(flag) for flag in sheet.flags if flag["code"] == SheetFlag.VETO)
    _foot_row(paper, "一票否决", None, vetoes or "无")
    terms = " + ".join(f"{float(total['points']):.2f}" for total in sheet.categories if float(total["points"]) >= 0)
    loss = totals.get(CriterionCategory.PENALTY, 0.0)
    _foot_row(paper, "总分", float(sheet.total), terms + (f" − {-loss:.2f}" if loss < 0 else "") + f" = {sheet.total}")
    _foot_row(paper, "等次", None, f"{GRADES[sheet.grade]}　　组内名次：{sheet.rank}")
    remarks = [sheet_remark(flag) for flag in sheet.flags if flag["code"] != SheetFlag.VETO]
    _foot_row(paper, "说明", None, "；".join(remarks) or "无")
    paper.banner("", PLAIN, 10)
    _signatures(paper, ("被考核单位负责人（签字）：", "部门核定人（签字）：", "复核人（签字）："))
    _signatures(paper, ("日期：　　　　年　　月　　日",) * 3)
    paper.banner(f"输入摘要（SHA-256）：{sheet.input_digest}", replace(PLAIN, size=8, colour="808080"), 14)


def _signatures(paper: _Paper, texts: Sequence[str]) -> None:
    """Add a row of blanks to be filled by hand, never by the machine."""
    row, cells = paper.row + 1, [cell(paper.page, "", PLAIN) for _column in COLUMNS]
    for text, (first, last) in zip(texts, ((1, 4), (5, 8), (9, 13)), strict=True):
        paper.merge(row, first, last)
        cells[first - 1] = cell(paper.page, text, PLAIN)
    paper.add(cells, 26)


def _foot_row(paper: _Paper, name: str, points: float | None, text: str) -> None:
    bold, number = replace(GROUP, fill=""), replace(GROUP, fill="", number_format=POINTS)
    row = paper.row + 1
    paper.merge(row, 1, 2)
    paper.merge(row, 4, len(COLUMNS))
    values: list[tuple[Any, Style]] = [(name, bold), ("", bold), (points, number), (text, TEXT)]
    values += [("", TEXT)] * (len(COLUMNS) - len(values))
    height = row_height([text], [sum(WIDTHS[3:])])
    paper.add([cell(paper.page, value, style) for value, style in values], max(height, 18))


def write_ranking(year: int, sheets: Iterable[ScoreSheet], unassessed: Sequence[str], path: Path) -> None:
    """Write the ranking to `path`: a page per group, equal totals share a place, `unassessed` stand at the foot."""
    book = Workbook(write_only=True)
    listed = list(sheets)
    groups = [group for group in RankingGroup.values if any(sheet.group == group for sheet in listed)]
    for group in groups or [RankingGroup.DEPARTMENTS.value]:
        own = sorted(
            (sheet for sheet in listed if sheet.group == group),
            key=lambda sheet: (sheet.rank or 0, sheet.org_unit.position, sheet.org_unit_id),
        )
        _ranking_page(book, year, group, own, unassessed)
    book.save(path)


def _ranking_page(book: Any, year: int, group: str, sheets: Sequence[ScoreSheet], unassessed: Sequence[str]) -> None:
    page = book.create_sheet(GROUPS[group])
    widths = [width for _name, width in RANKING_COLUMNS]
    set_page(page, widths, head_row=3)
    paper = _Paper(page, len(RANKING_COLUMNS))
    paper.banner(f"{year}年度考核排名（{GROUPS[group]}）", TITLE, 32)
    marks = {sheet_remark(flag): None for sheet in sheets for flag in _marks(sheet)}
    days = "、".join(sorted({sheet.as_of.isoformat() for sheet in sheets}))
    text = f"数据截至：{days or '—'}　　" + "　".join(f"【{mark}】" for mark in marks)
    paper.banner(text, WARNING if marks else PLAIN, 18)
    heads = [name for name, _width in RANKING_COLUMNS]
    paper.add([cell(page, name, HEAD) for name in heads], row_height(heads, widths) + 6)
    points = replace(BODY, number_format=POINTS)
    for sheet in sheets:
        totals = {total["category"]: float(total["points"]) for total in sheet.categories}
        tied = sum(other.rank == sheet.rank for other in sheets) > 1
        notes = short_remarks([flag for flag in sheet.flags if flag not in _marks(sheet)])
        note = "；".join((["与他单位并列"] if tied else []) + notes)
        values: list[tuple[Any, Style]] = [(sheet.rank, BODY), (sheet.org_unit.short_name, TEXT)]
        values += [(totals.get(category), points) for category in CriterionCategory.values]
        values += [(float(sheet.total), replace(points, bold=True)), (GRADES[sheet.grade], BODY), (note, TEXT)]
        cells = [cell(page, value, style) for value, style in values]
        paper.add(cells, max(18, row_height([value for value, _style in values], widths)))
    if unassessed:
        text = f"本年度截至数据日无应考核的目标和任务、未参加排名：{'、'.join(unassessed)}"
        paper.banner(text, replace(PLAIN, wrap=True), row_height([text], [sum(widths)]) + 6)
