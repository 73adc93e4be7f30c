"""Scoring a year from live rows: versions, digest, freezing, and the reduced worked example end to end."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, OrgUnit
from tasks.errors import RefusedError
from tasks.models import (
    ChangeRequest,
    Cycle,
    Evidence,
    Indicator,
    Milestone,
    Observation,
    ProgressReport,
    ReportDue,
    ReportLine,
    ReportRule,
    Responsibility,
    Scheme,
    ScoreLine,
    ScoreSheet,
    Target,
    Task,
)
from tasks.rules.assess.figures import half_up
from tasks.usecases.assess import load_scheme, score_year
from tasks.usecases.decompose.files import DataFileError
from tests.factories import FIXTURES, make_city, noon

pytestmark = pytest.mark.django_db
YEAR_END = dt.date(2026, 12, 31)
AT = noon(dt.date(2027, 1, 15))


@pytest.fixture
def city():
    made = make_city(dt.date(2025, 1, 2))
    load_scheme(FIXTURES, at=noon(dt.date(2025, 1, 2)))
    return made


def save(row):
    row.save_audited(by=None, reason="test", at=AT)
    return row


def add_task(city, code, weight, due_on, unit="energy", parent="1.1.1", **values):
    above = city.task(parent)
    row = save(
        Task(
            revision=city.revision,
            parent=above,
            campaign=above.campaign or above,
            path=f"{above.path}.{int(code[1:]) + 50:04d}",
            depth=above.depth + 1,
            kind="measure",
            code=code,
            title=f"任务{code}",
            weight=weight,
            starts_on=dt.date(2025, 1, 1),
            due_on=due_on,
            baseline_due_on=due_on,
            progress_mode="declared",
            **({"status": "in_progress"} | values),
        )
    )
    save(Responsibility(task=row, org_unit=city.unit(unit), kind="lead", confirmation="confirmed"))
    return row


def finished(day, quality):
    return {"status": "accepted", "accepted_on": day, "quality": Decimal(quality)}


def observe(city, indicator, value, unit=None, **values):
    return save(
        Observation(
            indicator=Indicator.objects.get(code=indicator),
            org_unit=city.unit(unit) if unit else None,
            value=value,
            **({"year": 2026, "source": "统计", "observed_on": YEAR_END, "status": "verified"} | values),
        )
    )


def score(as_of=YEAR_END, at=AT, **more):
    return score_year(2026, as_of=as_of, at=at, **more)


def sheet_of(run, unit):
    return next(sheet for sheet in run.sheets if sheet.org_unit.code == unit)


def categories(sheet):
    return {row["category"]: row["points"] for row in sheet.categories}


def line_of(sheet, key):
    return ScoreLine.objects.get(sheet=sheet, inputs__key=key)


@pytest.fixture
def bureau(city):
    """The worked example's five tasks; the invented plan's own work is left in draft."""
    add_task(city, "T1", 30, dt.date(2026, 6, 30), **finished(dt.date(2026, 6, 30), "0.95"))
    # 12 working days after Tuesday 30 June 2026
    add_task(city, "T2", 25, dt.date(2026, 6, 30), **finished(dt.date(2026, 7, 16), "1"))
    open_task = add_task(city, "T3", 20, dt.date(2026, 9, 30))
    add_task(city, "T5", 10, dt.date(2026, 9, 30), status="cancelled")
    extended = add_task(city, "T4", 15, dt.date(2026, 9, 30), **finished(dt.date(2026, 9, 30), "0.9"))
    city.extended, city.open_task = extended, open_task
    return city


def extend(city, task, cause, decided_on=dt.date(2026, 8, 20)):
    return save(
        ChangeRequest(
            task=task,
            cause=cause,
            explanation="原因",
            old_due_on=dt.date(2026, 8, 31),
            new_due_on=task.due_on,
            status="approved",
            decided_on=decided_on,
            written_by=city.people["energy_officer"],
        )
    )


def report(city, task, due_on, period, **values):
    rule = ReportRule.objects.get(revision=city.revision)
    due = ReportDue.objects.create(
        rule=rule, task=task, period_key=period, period_end=due_on, opens_on=due_on, due_on=due_on
    )
    return save(ProgressReport(due=due, task=task, **values)) if values else due


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
    shares = {row.label.split()[0]: row.completion for row in sheet.lines.filter(category="tasks")}
    assert shares == {
        "T1": Decimal("0.9500"),
        "T2": Decimal("0.7600"),
        "T3": Decimal("0.3600"),
        "T4": Decimal("0.8550"),
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


def test_missing_data_is_flagged_at_the_year_s_end_and_waits_before_it(bureau):
    key = f"target:{Target.objects.get(code='T1').pk}"
    assert line_of(sheet_of(score(), "energy"), key).flag == "missing_data"
    run = score(as_of=dt.date(2026, 11, 30))
    assert line_of(sheet_of(run, "energy"), key).flag == "not_yet_due"
    assert {"code": "provisional"} in sheet_of(run, "energy").flags


def test_an_item_with_issued_measures_is_no_line_itself(city):
    item = city.task("1.1.1")
    item.status, item.due_on = "in_progress", dt.date(2026, 12, 1)
    save(item)
    run = score()
    assert [row.label for row in sheet_of(run, "energy").lines.filter(category="tasks")] == [f"1.1.1 {item.title}"]
    add_task(city, "T1", 1, dt.date(2026, 6, 30), **finished(dt.date(2026, 6, 30), "1"))
    run = score()
    assert [row.label for row in sheet_of(run, "energy").lines.filter(category="tasks")] == ["T1 任务T1"]


def test_work_of_other_years_stays_there(city):
    add_task(city, "T1", 1, dt.date(2025, 6, 30), **finished(dt.date(2026, 1, 20), "1"))  # late, finished in the year
    add_task(city, "T2", 1, dt.date(2026, 6, 30), **finished(dt.date(2025, 12, 20), "1"))  # counted the year before
    add_task(city, "T3", 1, dt.date(2025, 6, 30))  # still open
    add_task(city, "T4", 1, dt.date(2027, 6, 30), **finished(dt.date(2026, 12, 20), "1"))  # early
    add_task(city, "T5", 1, dt.date(2026, 12, 31), **finished(dt.date(2027, 1, 5), "1"))  # open at the year's end
    add_task(city, "T6", 1, dt.date(2027, 6, 30))
    rows = sheet_of(score(), "energy").lines.filter(category="tasks")
    assert {row.label: row.flag for row in rows} == {
        "T1 任务T1": "late",
        "T3 任务T3": "unfinished",
        "T4 任务T4": "",
        "T5 任务T5": "unfinished",
    }


def test_milestones_stand_for_longer_work_where_nothing_below_does(city):
    item = city.task("1.1.1")
    item.status = "in_progress"
    save(item)
    step = Milestone.objects.get(task=item, due_on=dt.date(2026, 12, 31), target=None)
    step.status, step.accepted_on = "accepted", dt.date(2026, 12, 30)
    save(step)
    rows = list(sheet_of(score(), "energy").lines.filter(category="tasks"))
    assert [(row.inputs["key"], row.completion, row.inputs["is_milestone"]) for row in rows] == [
        (f"milestone:{step.pk}", Decimal(1), True)
    ]
    add_task(city, "T1", 1, dt.date(2026, 6, 30), **finished(dt.date(2026, 6, 30), "1"))
    rows = sheet_of(score(), "energy").lines.filter(category="tasks")
    assert [row.inputs["key"].split(":")[0] for row in rows] == ["task"]


def test_open_work_takes_its_progress_from_milestones_or_lines_of_reports(city):
    item = city.task("1.1.1")
    by_steps = add_task(city, "T1", 1, dt.date(2026, 6, 30))
    by_steps.progress_mode = "milestones"
    save(by_steps)
    for code, weight, status in [("a", 1, "accepted"), ("b", 3, "planned"), ("c", 4, "waived")]:
        done = dt.date(2026, 5, 1) if status == "accepted" else None
        day = dt.date(2026, 6, 1)
        save(
            Milestone(
                task=by_steps,
                code=code,
                title=code,
                due_on=day,
                baseline_due_on=day,
                weight=weight,
                status=status,
                accepted_on=done,
            )
        )
    by_line = add_task(city, "T2", 1, dt.date(2026, 6, 30))
    day = dt.date(2026, 4, 10)
    filed = report(city, item, day, "2026-Q1", status="accepted", filed_on=day, decided_on=day, claimed_progress=5)
    ReportLine.objects.create(report=filed, task=by_line, claimed_progress=50)
    rows = sheet_of(score(), "energy").lines.filter(category="tasks")
    assert {row.label[:2]: row.completion for row in rows} == {"T1": Decimal("0.15"), "T2": Decimal("0.30")}


def test_reports_count_by_the_unit_s_own_clock(bureau):
    item = bureau.task("1.1.1")
    item.status = "in_progress"
    save(item)
    q1, q2, q3, q4 = (dt.date(2026, month, 12) for month in (1, 4, 7, 10))
    report(bureau, item, q1, "2025-Q4", status="accepted", filed_on=q1)
    report(bureau, item, q2, "2026-Q1", status="accepted", filed_on=q2 + dt.timedelta(1), is_demo=True)
    report(bureau, item, q3, "2026-Q2", status="accepted", filed_on=q3, times_returned=1)
    report(bureau, item, q4, "2026-Q3")
    gone = Task.objects.get(code="T1")
    report(bureau, gone, q4, "2026-Q3")  # finished in June: nothing owed
    cancelled = Task.objects.get(code="T5")
    report(bureau, cancelled, q4, "2026-Q3")
    sheet = sheet_of(score(), "energy")
    counted = {
        row.inputs["key"]: (row.inputs["good"], row.inputs["total"]) for row in sheet.lines.filter(category="process")
    }
    assert counted == {
        "process:reports_on_time": (2, 4),
        "process:first_pass": (2, 4),
        "process:orders_answered": (0, 0),
        "process:evidence_sample": (0, 0),
    }
    assert categories(sheet)["process"] == "7.50"
    assert {"code": "demo"} in sheet.flags


def test_supporting_units_share_in_what_was_accepted(bureau):
    for code, kind in [("T1", "support"), ("T3", "co_lead"), ("T5", "support")]:
        task = Task.objects.get(code=code)
        save(Responsibility(task=task, org_unit=bureau.unit("transport"), kind=kind, confirmation="confirmed"))
    sheet = sheet_of(score(), "transport")
    found = line_of(sheet, "collaboration")
    assert (found.inputs["good"], found.inputs["total"]) == (1, 2)
    assert found.inputs["missed"] == [f"task:{bureau.open_task.pk}"]


def test_a_county_is_measured_where_it_has_data_of_its_own(city):
    observe(city, "bus_share", 30, "heshan")
    observe(city, "wind_capacity", 5, "heshan", is_demo=True)
    run = score()
    sheet = sheet_of(run, "heshan")
    rows = {row.label: (row.flag, row.completion) for row in sheet.lines.filter(category="targets")}
    assert rows == {
        "风电装机20万千瓦左右": ("not_allocated", Decimal("0.2632")),
        "电动公交占比60%以上": ("", Decimal("0.5")),
    }
    assert (categories(sheet)["targets"], sheet.group) == ("50.00", "counties")  # nothing else applies: all 100 points


def test_the_verified_observation_stands_before_later_reported_ones(city):
    observe(city, "bus_share", 60, status="reported")
    observe(city, "bus_share", 45, status="verified", observed_on=dt.date(2026, 12, 1))
    observe(city, "bus_share", 90, status="superseded")
    observe(city, "bus_share", 99, year=2025)
    found = sheet_of(score(), "transport").lines.get(category="targets")
    assert (found.actual_text, found.target_text, found.inputs["source"]) == ("45 %", "60 %", "统计")


def test_improve_is_measured_against_the_last_target_and_standing_ones_only_when_measured(city):
    bus = Indicator.objects.get(code="bus_share")
    base = {"revision": city.revision, "indicator": bus, "section": "1.1.2", "sentence": 2, "comparator": "improve"}
    better = save(Target(**base, code="T8", year=2027, qualitative=True, statement="占比进一步提高"))
    save(Target(**base, code="T9", year=None, qualitative=True, statement="长期要求"))
    observe(city, "bus_share", 54, year=2027, observed_on=dt.date(2027, 12, 31))
    run = score_year(2027, as_of=dt.date(2027, 12, 31), at=noon(dt.date(2028, 1, 15)))
    rows = {
        row.label: (row.completion, row.flag) for row in sheet_of(run, "transport").lines.filter(category="targets")
    }
    assert rows == {better.statement: (Decimal("0.9"), ""), "长期要求": (None, "no_yardstick")}
    assert sheet_of(score(), "transport").lines.filter(category="targets").count() == 1


def test_proposed_leads_are_said_on_the_sheet(city):
    task = add_task(city, "T1", 1, dt.date(2026, 6, 30), **finished(dt.date(2026, 6, 30), "1"))
    Evidence.objects.create(
        task=task,
        name="a.pdf",
        sha256="0" * 64,
        size=1,
        declared_unclassified=True,
        uploaded_at=AT,
        uploaded_by=city.people["energy_officer"],
        is_demo=True,
    )
    lead = Responsibility.objects.get(task=task)
    lead.confirmation = "proposed"
    save(lead)
    sheet = sheet_of(score(), "energy")
    assert [flag["code"] for flag in sheet.flags if "category" not in flag] == ["demo", "proposed"]
    assert line_of(sheet, f"task:{task.pk}").inputs["evidence"] == [Evidence.objects.get().pk]


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


QUERIES = 29


def test_the_scheme_is_loaded_once_and_a_version_is_never_rewritten(city, tmp_path):
    assert load_scheme(FIXTURES, at=AT) == (Scheme.objects.get(), False)
    write(tmp_path, lambda content: content["parameters"].update(bonus_cap=2))
    with pytest.raises(DataFileError) as refused:
        load_scheme(tmp_path, at=AT)
    assert [(p.entry, p.field) for p in refused.value.problems] == [("points", "version")]
    write(tmp_path, lambda content: content.update(version=2))
    assert load_scheme(tmp_path, at=AT)[1] is True
    assert Scheme.objects.count() == 2


def write(root, change):
    (root / "schemes").mkdir(exist_ok=True)
    content = yaml.safe_load((FIXTURES / "schemes" / "points.yaml").read_text(encoding="utf-8"))
    change(content)
    (root / "schemes" / "points.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda c: c.pop("version"), ("points", "version")),
        (
            lambda c: c["parameters"]["tasks"]["timeliness"].update(floor="low"),
            ("parameters.tasks.timeliness", "floor"),
        ),
        (lambda c: c["parameters"]["tasks"]["unfinished"].update(cap=7), ("parameters.tasks.unfinished", "cap")),
        (lambda c: c["parameters"]["tasks"]["unfinished"].update(cap=0.5), ("parameters", "unfinished")),
        (lambda c: c["parameters"].update(heir="bonuses"), ("parameters", "heir")),
        (lambda c: c["parameters"].update(requires_any=["luck"]), ("parameters", "requires_any")),
        (lambda c: c["parameters"]["bands"].reverse(), ("parameters", "bands")),
        (lambda c: c["parameters"]["process"].append({"code": "luck", "name": "x", "points": 1}), ("process", "code")),
        (lambda c: c["parameters"]["process"].append("luck"), ("parameters", "process")),
        (lambda c: c["parameters"].update(excellent_share=3), ("parameters", "excellent_share")),
        (lambda c: c["groups"]["counties"][0].update(points=60), ("counties", "points")),
        (lambda c: c["groups"].update(moons=[]), ("moons", "")),
        (lambda c: c["groups"].update(parks=1), ("parks", "")),
    ],
)
def test_a_bad_scheme_is_refused_whole_naming_entry_and_field(db, tmp_path, change, problem):
    write(tmp_path, change)
    with pytest.raises(DataFileError) as refused:
        load_scheme(tmp_path, at=AT)
    assert problem in [(found.entry, found.field) for found in refused.value.problems]
    assert all(found.file == "schemes/points.yaml" and found.remedy for found in refused.value.problems)
    assert Scheme.objects.count() == 0


def test_a_missing_scheme_file_is_named(db, tmp_path):
    with pytest.raises(DataFileError) as refused:
        load_scheme(tmp_path, "nowhere", at=AT)
    assert [found.file for found in refused.value.problems] == ["schemes/nowhere.yaml"]


def test_unknown_units_are_not_assessed(city):
    assert {unit.code for unit in OrgUnit.objects.all()} >= {"office", "leadership"}
    assert {sheet.org_unit.kind for sheet in score().sheets} <= {"department", "county", "park"}
