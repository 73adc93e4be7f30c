"""Loading a plan: idempotent, whole or not at all, units inherited, dated targets as milestones."""

import datetime as dt

import pytest

from accounts.models import AuditEntry
from tasks.models import Milestone, PlanRevision, PlanSentence, Responsibility, Target, Task
from tests.plan_copy import NODES, TARGETS, copied_city, edit, load, refused, replace
from tests.trace import everything

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    return copied_city(tmp_path)


def test_plan_is_loaded_whole(folder):
    revision = load(folder)
    assert list(Task.objects.order_by("path").values_list("code", "path", "depth", "status")) == [
        ("1.1", "0001", 0, "draft"),
        ("1.1.1", "0001.0001", 1, "draft"),
        ("1.1.1.1", "0001.0001.0001", 2, "draft"),
        ("1.1.1.2", "0001.0001.0002", 2, "draft"),
        ("1.1.2", "0001.0002", 1, "draft"),
        ("1.1.2.1", "0001.0002.0001", 2, "draft"),
        ("1.1.2.2", "0001.0002.0002", 2, "draft"),
    ]
    assert (revision.number, PlanSentence.objects.count(), Target.objects.count()) == (1, 5, 2)
    campaign = Task.objects.get(code="1.1")
    assert set(Task.objects.exclude(code="1.1").values_list("campaign", flat=True)) == {campaign.pk}
    assert AuditEntry.objects.get().act == "load"


def test_every_loaded_row_has_its_first_history(folder):
    load(folder)
    for model in (Task, Responsibility, Milestone, Target, PlanRevision):
        assert model.history.count() == model.objects.count()


def test_loading_again_changes_nothing(folder):
    told = []
    first = load(folder)
    before = everything()
    assert load(folder, progress=lambda what, count: told.append((what, count))) == first
    assert everything() == before
    assert told == [("organisations", 0), ("unchanged", 0)]


def test_progress_is_told_step_by_step(folder):
    told = []
    load(folder, progress=lambda what, count: told.append((what, count)))
    assert told == [
        ("organisations", 6),
        ("sentences", 5),
        ("tasks", 7),
        ("responsibilities", 18),
        ("targets", 2),
        ("milestones", 8),
        ("projects", 1),
    ]


def test_dated_targets_and_yearly_steps_become_milestones(folder):
    load(folder, first_year=2026)
    rows = Milestone.objects.filter(task__code="1.1.1").order_by("due_on", "code")
    assert list(rows.values_list("code", "due_on", "basis", "critical")) == [
        ("T1", dt.date(2026, 12, 31), "text", True),
        ("Y2026", dt.date(2026, 12, 31), "office", False),
        ("Y2027", dt.date(2027, 12, 31), "office", False),
    ]


def test_units_are_inherited_and_counties_only_where_named(folder):
    load(folder)
    rows = Responsibility.objects.filter(task__code__in=["1.1.1.1", "1.1.1.2", "1.1.2.2"])
    found = rows.order_by("task__path", "pk").values_list("task__code", "kind", "org_unit__code", "confirmation")
    assert list(found) == [
        ("1.1.1.1", "lead", "energy", "proposed"),
        ("1.1.1.1", "county", "heshan", "proposed"),
        ("1.1.1.1", "support", "transport", "proposed"),
        ("1.1.1.2", "lead", "energy", "proposed"),
        ("1.1.1.2", "support", "transport", "proposed"),
        ("1.1.2.2", "lead", "energy", "proposed"),
        ("1.1.2.2", "county", "heshan", "proposed"),
        ("1.1.2.2", "county", "lvzhou", "proposed"),
        ("1.1.2.2", "support", "transport", "proposed"),  # leads the item, so it answers for the part as well
    ]


def test_node_may_name_its_parent_instead_of_standing_below_it(folder):
    row = {
        "code": "1.1.2.3",
        "kind": "measure",
        "title": "另列",
        "sentences": [2],
        "parent": "1.1.2",
        "section": "1.1.2",
    }
    edit(folder, NODES, lambda content: content["nodes"].insert(0, row))
    load(folder)
    assert Task.objects.get(code="1.1.2.3").parent.code == "1.1.2"


def test_changed_files_of_a_loaded_plan_are_refused(folder):
    load(folder)
    replace(folder, NODES, "建设充电站", "建设充电桩")
    assert refused(folder) == [("plans/yunhe-2025/", "yunhe-2025", "")]


def test_organisations_are_not_loaded_with_a_refused_plan(folder):
    path = folder / "organisations" / "yunhe.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("云和市能源局", "云和市能源委"), encoding="utf-8")
    edit(folder, TARGETS, lambda c: c["targets"][0].update(comparator="about"))
    assert refused(folder) == [(TARGETS, "T1", "comparator")]
