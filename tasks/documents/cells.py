"""Spreadsheet cells and pages as every paper needs them: real values, safe text, styles, and a page that prints."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LONGEST_TEXT = 32_767  # what a cell holds
THIN = Side(style="thin", color="808080")
GRID = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
DAY = "yyyy-mm-dd"
LINE_HEIGHT = 13.5  # points, for 9-point type


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell looks. The fonts are the ones official papers name; a machine without them substitutes its own."""

    font: str = "宋体"
    size: float = 9
    bold: bool = False
    colour: str = "000000"
    fill: str = ""
    horizontal: str = "center"
    grid: bool = True
    wrap: bool = True
    number_format: str = ""


BODY = Style()
TEXT = Style(horizontal="left")
HEAD = Style(font="黑体", fill="D9E1F2")
GROUP = Style(bold=True, fill="F2F2F2")
GROUP_TEXT = Style(bold=True, fill="F2F2F2", horizontal="left")
TITLE = Style(font="方正小标宋简体", size=18, grid=False, wrap=False)
PLAIN = Style(size=10, horizontal="left", grid=False, wrap=False)
WARNING = Style(size=10, bold=True, colour="C00000", horizontal="left", grid=False, wrap=False)


def safe_text(value: str) -> str:
    """Return `value` without the control characters a workbook cannot hold, cut to what a cell holds."""
    return ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST_TEXT]


def cell(sheet: Any, value: Any, style: Style = BODY) -> WriteOnlyCell:
    """Return a styled cell; text that a spreadsheet would take for a formula stays text, even after being edited."""
    if isinstance(value, str):
        value = safe_text(value)
    made = WriteOnlyCell(sheet, value)
    formats = _formats_of(sheet.parent)
    if style not in formats:
        _dress(made, style)
        formats[style] = copy(made._style)
    made._style = copy(formats[style])
    if isinstance(value, date):
        made.number_format = style.number_format or DAY
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        made.data_type = "s"
        made.quotePrefix = True
    return made


def _formats_of(book: Any) -> dict[Style, Any]:
    """Return the book's dressed styles: registering fonts and borders anew for every cell takes ten times as long."""
    return book.__dict__.setdefault("_dressed", {})


def _dress(made: WriteOnlyCell, style: Style) -> None:
    made.font = Font(name=style.font, size=style.size, bold=style.bold, color=style.colour)
    made.alignment = Alignment(horizontal=style.horizontal, vertical="center", wrap_text=style.wrap)
    made.number_format = style.number_format or "General"
    if style.fill:
        made.fill = PatternFill("solid", fgColor=style.fill)
    if style.grid:
        made.border = GRID


def set_page(sheet: Any, widths: Sequence[float], *, head_row: int, landscape: bool = True) -> None:
    """Make the sheet print on A4: columns of these widths on one page's breadth, the head repeated and frozen."""
    for index, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom, sheet.page_margins.footer = 0.6, 0.7, 0.35
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.center.text = "— &P / &N —"
    sheet.print_title_rows = f"{head_row}:{head_row}"
    sheet.freeze_panes = f"A{head_row + 1}"


def text_units(value: Any) -> int:
    """Return the breadth of the longest line of a text in column units: a Chinese character takes two."""
    lines = str("" if value is None else value).splitlines() or [""]
    return max(sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in line) for line in lines)


def row_height(values: Sequence[Any], widths: Sequence[float]) -> float:
    """Return the height in points that shows every wrapped text of a row whole."""
    rows = 1
    for value, width in zip(values, widths, strict=False):
        if isinstance(value, str):
            rows = max(rows, sum(math.ceil(max(1, text_units(line)) / (width - 1)) for line in value.split("\n")))
    return rows * LINE_HEIGHT + 4


def file_name(text: str) -> str:
    """Return `text` as part of a file name on any system."""
    return re.sub(r'[\\/:*?"<>|\s\x00-\x1f]+', "_", text).strip("._") or "_"
