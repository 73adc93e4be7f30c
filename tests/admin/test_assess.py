"""Score sheets in the admin: own units only, on every door, explained line by line."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import OrgUnit
from tasks.models import Criterion, Cycle, Scheme, ScoreLine, ScoreSheet
from tests.factories import noon

DAY = dt.date(2026, 12, 31)
LIST = "admin:tasks_scoresheet_changelist"
PAGE = "admin:tasks_scoresheet_change"
BOOK = "admin:tasks_scoresheet_workbook"


def save(row):
    row.save_audited(by=None, reason="test", at=noon(DAY))
    return row


@pytest.fixture
def cycle(city):
    scheme = save(Scheme(code="points", version=1, name="百分制", valid_from_year=2024, parameters={}))
    return save(Cycle(year=2026, scheme=scheme))


@pytest.fixture
def make_sheet(cycle):
    clause = Criterion.objects.create(
        scheme=cycle.scheme,
        group="departments",
        category="tasks",
        code="2",
        name="任务",
        points=40,
        rule="ASM-04",
        standard="得分 = 质量 × 时效",
    )

    def make(unit, version=1, total="87.41"):
        sheet = ScoreSheet.objects.create(
            cycle=cycle,
            org_unit=OrgUnit.objects.get(code=unit),
            version=version,
            group="departments",
            as_of=DAY,
            computed_at=noon(DAY),
            total=Decimal(total),
            grade="good",
            rank=1,
            flags=[
                {"code": "weight_moved", "category": "targets", "points": "40", "to": "tasks"},
                {"code": "weight_moved", "category": "process", "points": "15", "to": ""},
                {"code": "veto", "name": "事故", "caps_at": "pass"},
                {"code": "demo"},
            ],
            categories=[{"category": "tasks", "possible": "80.00", "points": total}],
            input_digest="ab" * 32,
        )
        inputs = {"due_on": "2026-06-30", "finished_on": None, "charged_at": "<b>通报</b>"}
        following = {"next": {"code": "finish", "params": {"points": "8.8889"}}}
        for position, more in enumerate(({}, following)):
            ScoreLine.objects.create(
                sheet=sheet,
                position=position,
                category="tasks",
                criterion=clause,
                label=f"T{position}",
                rule="ASM-05",
                inputs=inputs | more,
                formula="min(0.6 × 0.6, 0.45) = 0.36",
                points_possible=20,
                points=3,
                completion=Decimal("0.36") if position else None,
                flag="unfinished" if position else "",
            )
        return sheet

    return make


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("office", ["energy", "transport"]),
        ("auditor", ["energy", "transport"]),
        ("energy_head", ["energy"]),
        ("transport_officer", ["transport"]),
        ("county_head", []),
    ],
)
def test_each_person_sees_the_sheets_of_their_scope_on_every_door(enter, make_sheet, name, seen):
    sheets = {unit: make_sheet(unit) for unit in ("energy", "transport")}
    client = enter(name)
    page = client.get(reverse(LIST))
    assert sorted(row.org_unit.code for row in page.context["cl"].result_list) == seen
    for unit, sheet in sheets.items():
        wanted = 200 if unit in seen else 404
        assert client.get(reverse(PAGE, args=[sheet.pk])).status_code in ({200} if unit in seen else {302, 404})
        assert client.get(reverse(BOOK, args=[sheet.pk])).status_code == wanted


def test_the_system_administrator_has_no_business_here(enter, make_sheet):
    sheet = make_sheet("energy")
    client = enter("admin")
    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(reverse(BOOK, args=[sheet.pk])).status_code in {403, 404}


def test_the_page_explains_every_line(enter, make_sheet):
    sheet = make_sheet("energy")
    text = enter("energy_head").get(reverse(PAGE, args=[sheet.pk])).content.decode()
    for wanted in ("87.41", "min(0.6 × 0.6, 0.45) = 0.36", "ASM-05", "36.0 %", "得分 = 质量 × 时效", "8.89"):
        assert wanted in text
    assert "<b>通报</b>" not in text


def test_points_have_two_decimals_and_the_exact_figure_behind_them(enter, make_sheet):
    sheet = make_sheet("energy")
    ScoreLine.objects.filter(sheet=sheet, position=0).update(
        points=Decimal("2.6667"), points_possible=Decimal("8.8850")
    )
    text = enter("energy_head").get(reverse(PAGE, args=[sheet.pk])).content.decode()
    assert '<span title="2.6667">2.67</span> <span class="cp-faint" title="8.8850">/ 8.89</span>' in text


def test_a_category_without_points_says_that_it_does_not_apply(enter, make_sheet):
    sheet = make_sheet("energy")
    ScoreSheet.objects.filter(pk=sheet.pk).update(
        categories=[*sheet.categories, {"category": "targets", "possible": "0.00", "points": "0.00"}]
    )
    answer = enter("energy_head").get(reverse(PAGE, args=[sheet.pk]))
    assert [category["applies"] for category in answer.context["categories"]] == [True, False]
    assert '<h2>目标完成 <span class="cp-faint">本年度不适用</span></h2>' in answer.content.decode()


def test_the_workbook_is_the_sheet(enter, make_sheet):
    sheet = make_sheet("energy")
    answer = enter("energy_head").get(reverse(BOOK, args=[sheet.pk]))
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''2026-")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames == ["年度考核评分表"]


def test_nothing_can_be_posted(enter, make_sheet):
    sheet = make_sheet("energy")
    client = enter("office")
    for view in (PAGE, BOOK):
        assert client.post(reverse(view, args=[sheet.pk]), {"total": "100"}).status_code == 405
    sheet.refresh_from_db()
    assert sheet.total == Decimal("87.41")


def test_the_list_shows_the_version_that_stands_unless_asked(enter, make_sheet):
    make_sheet("energy")
    make_sheet("energy", 2, "88.97")
    client = enter("office")
    shown = [row.version for row in client.get(reverse(LIST)).context["cl"].result_list]
    every = [row.version for row in client.get(reverse(LIST), {"versions": "all"}).context["cl"].result_list]
    counties = [row.version for row in client.get(reverse(LIST), {"group": "counties"}).context["cl"].result_list]
    assert (shown, every, counties) == ([2], [2, 1], [])
    assert client.get(reverse(LIST), {"cycle__year": "2026"}).status_code == 400


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_queries_whatever_the_number_of_rows(enter, make_sheet, rows):
    for version in range(1, rows + 1):
        make_sheet("energy", version)
    client = enter("office")
    client.get(reverse(LIST), {"versions": "all"})
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse(LIST), {"versions": "all"})
    assert len(queries) == QUERIES


QUERIES = 7
