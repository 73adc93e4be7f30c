"""Scoring a year: the reduced worked example end to end, versions, freezing, who may, and what it costs."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, OrgUnit
from tasks.errors import RefusedError
from tasks.models import (
    Cycle,
    ScoreLine,
    ScoreSheet,
    Task,
)
from tasks.rules.assess.figures import half_up
from tasks.usecases.assess import score_year
from tests.usecases.assess.rows import (
    AT,
    add_task,
    categories,
    extend,
    finished,
    observe,
    report,
    save,
    score,
    sheet_of,
)

pytestmark = pytest.mark.django_db
QUERIES = 29


def test_the_worked_example_s_tasks_come_out_of_the_database(bureau):
    extend(bureau, bureau.extended, "internal")
    extend(bureau, bureau.extended, "internal", dt.date(2026, 8, 25))
    day = dt.date(2026, 10, 12)
    report(
        bureau, bureau.open_task, day, "2026-Q3", status="accepted", filed_on=day, decided_on=day, claimed_progress=60
    )
    observe(bureau, "wind_capacity", 19)
    sheet = sheet_of(score(), "energy")
    # tasks 67.525/90 of 40 + 5 (no supporting duty); 33.76. 19 of 20 within “左右” counts as met: 40. process 15.
    assert categories(sheet) == {
        "targets": "40.00",
        "tasks": "33.76",
        "process": "15.00",
        "collaboration": "0.00",
        "bonus": "0.00",
        "penalty": "0.00",
    }
    assert (sheet.total, sheet.grade, sheet.rank, sheet.version) == (Decimal("88.76"), "good", 1, 1)
    rows = sheet.lines.filter(category="tasks")
    shares = {
        row.label.split()[0]: row.formula.split("; ")[-2].rpartition("= ")[2] for row in rows if row.points_possible
    }
    assert shares == {"T1": "0.95", "T2": "0.76", "T3": "0.36", "T4": "0.855"}
    assert {row.label.split()[0]: row.completion for row in rows} == {
        "T1": Decimal(1),
        "T2": Decimal(1),
        "T3": Decimal("0.6"),
        "T4": Decimal(1),
        "T5": None,
    }
    exact = sum(Fraction(row.inputs["exact"][0]) for row in sheet.lines.filter(category="tasks"))
    assert half_up(exact) == Fraction("33.76")
    assert sheet.flags == [{"code": "weight_moved", "category": "collaboration", "points": "5", "to": "tasks"}]


def test_the_same_inputs_make_no_new_version_and_other_inputs_one_beside_the_old(bureau):
    first = score()
    assert score().fresh == []
    late = Task.objects.get(code="T2")
    late.accepted_on = dt.date(2026, 7, 7)  # an appeal: seven of the days were the office's
    late.save_audited(by=None, reason="申诉", at=AT, fields=["accepted_on"])
    second = score()
    assert [sheet.version for sheet in second.fresh] == [2]
    versions = ScoreSheet.objects.filter(org_unit__code="energy").order_by("version")
    assert [row.version for row in versions] == [1, 2]
    assert versions[0].total == sheet_of(first, "energy").total < versions[1].total
    assert versions[0].lines.count() == versions[1].lines.count()


def test_a_frozen_year_refuses_and_nothing_changes(bureau):
    cycle = score().cycle
    cycle.state = "frozen"
    cycle.save_audited(by=None, reason="封存", at=AT, fields=["state"])
    before = (ScoreSheet.objects.count(), ScoreLine.objects.count(), AuditEntry.objects.count())
    with pytest.raises(RefusedError) as refused:
        score()
    assert refused.value.code == "ASM-15.frozen"
    assert (ScoreSheet.objects.count(), ScoreLine.objects.count(), AuditEntry.objects.count()) == before


@pytest.mark.parametrize("as_of", [dt.date(2025, 12, 31), dt.date(2027, 1, 16)])
def test_a_day_outside_is_refused(bureau, as_of):
    with pytest.raises(RefusedError) as refused:
        score(as_of=as_of)
    assert (refused.value.code, Cycle.objects.count()) == ("ASM-18.before_year", 0)


def test_a_year_before_every_scheme_is_refused(city):
    with pytest.raises(RefusedError) as refused:
        score_year(2023, as_of=dt.date(2023, 12, 31), at=AT)
    assert refused.value.code == "ASM-17.no_scheme"


def test_only_the_office_scores(bureau):
    today = dt.date(2027, 1, 15)
    with pytest.raises(RefusedError) as refused:
        score(actor=bureau.actor("energy_head", today))
    assert (refused.value.code, ScoreSheet.objects.count()) == ("GATE-02.seat", 0)
    score(actor=bureau.actor("office", today))
    entry = AuditEntry.objects.get(act="score")
    assert (entry.actor_id, entry.details) == (bureau.people["office"].pk, {"as_of": "2026-12-31", "sheets": 2})


def test_units_with_nothing_to_assess_have_no_sheet(bureau):
    run = score()
    assert [unit.code for unit in run.unassessed] == ["heshan", "lvzhou"]
    assert [sheet.org_unit.code for sheet in run.sheets] == ["energy", "transport"]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_run_costs_the_same_queries_whatever_the_number_of_rows(city, rows):
    for n in range(rows):
        add_task(city, f"T{n}", 1, dt.date(2026, 6, 30), **finished(dt.date(2026, 6, 30), "1"))
        add_task(city, f"T{n + 10}", 1, dt.date(2026, 6, 30), unit="transport", parent="1.1.2")
    score()
    late = Task.objects.get(code="T0")
    late.quality = Decimal("0.9")
    save(late)
    with CaptureQueriesContext(connection) as queries:
        score()
    assert len(queries) == QUERIES


def test_unknown_units_are_not_assessed(city):
    assert {unit.code for unit in OrgUnit.objects.all()} >= {"office", "leadership"}
    assert {sheet.org_unit.kind for sheet in score().sheets} <= {"department", "county", "park"}
