"""The shipped Mianyang plan says what the published plan says: structure, targets, sentences, responsibilities."""

import datetime as dt
from collections import Counter

import pytest
from django.db import transaction

from tasks.models import NamedProject, PlanRevision, PlanSentence, Responsibility, Target, Task
from tasks.queries.decompose import exported_plan, number
from tasks.usecases.decompose.base import load_base
from tasks.usecases.decompose.load_plan import load_plan
from tests.factories import FIXTURES, noon

pytestmark = pytest.mark.django_db
AT = noon(dt.date(2026, 11, 18))
ITEMS = {"2.1": 4, "2.2": 3, "2.3": 4, "2.4": 4, "2.5": 3, "2.6": 4, "2.7": 3, "2.8": 3}

# id: (year, comparator, value, unit, baseline year, qualifier), read off the published text one by one
FACTS = {
    "T04": (2025, "reach", 45, "%", None, "达到、左右"),
    "T05": (2025, "reach", 210, "万千瓦", None, "达到"),
    "T06": (2025, "reach", 56.5, "%", None, "达到"),
    "T07": (2025, "reach", 1, "亿立方米", None, "达到"),
    "T08": (2025, "reduce", 14, "%", 2020, "下降"),
    "T09": (2025, "reduce", 19, "%", 2020, "下降"),
    "T14": (2030, "at_least", 450, "万千瓦", None, "力争、达到、以上"),
    "T15": (2030, "at_least", 56.5, "%", None, "稳定在、以上"),
    "T16": (2030, "reach", 1.08, "亿立方米", None, "达到、左右"),
    "T17": (2030, "reduce", 70, "%", 2005, "下降、以上"),
    "T19": (2025, "at_most", 660, "万吨", None, "不超过"),
    "T20": (2025, "at_least", 0.1, "桩/车", None, "不低于"),
    "T21": (2025, "reduce", 6, "%", None, "确保、下降"),
    "T22": (2025, "reduce", 6, "%", None, "确保、下降"),
    "T23": (2025, "reduce", 7, "%", None, "确保、下降"),
    "T24": (2025, "reduce", 3, "%", 2020, "下降、以上"),
    "T25": (2025, "above", 30, "%", None, "超过"),
    "T27": (2025, "reach", 40, "%", None, "力争、达到"),
    "T28": (2025, "reach", 60, "%", None, "力争、达到"),
    "T31": (None, "reach", 65, "%", None, "全面执行"),
    "T32": (2025, "reach", 72, "%", None, "执行"),
    "T36": (2025, "at_least", 40, "%", None, "达到、以上"),
    "T44": (2025, "reach", 80, "%", None, "实现、覆盖"),
    "T45": (2025, "reach", 50, "%", None, "实现、覆盖"),
    "T47": (2030, "reach", 70, "%", None, "达到"),
    "T48": (2025, "at_least", 25, "%", None, "达到、以上"),
    "T49": (2025, "reduce", 5, "%", 2020, "下降、左右"),
    "T50": (2030, "reach", 40, "%", None, "达到、左右"),
    "T51": (2030, "reduce", 9.5, "%", 2020, "下降、左右"),
    "T53": (2025, "at_least", 96, "%", None, "达到、以上"),
    "T54": (2025, "at_least", 85, "%", None, "达到、以上"),
    "T55": (2025, "reach", 95, "%", None, "达到"),
    "T57": (2025, "reach", 60, "%", None, "提升至、左右"),
    "T59": (2030, "reach", 65, "%", None, "提升至"),
}


@pytest.fixture(scope="module")
def revision(django_db_setup, django_db_blocker):
    """The plan, loaded once for all tests of this file and undone after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_base(FIXTURES, at=AT)
        yield load_plan(FIXTURES, "mianyang-2024", at=AT, first_year=2026)
        transaction.set_rollback(True)


def codes(**given):
    return list(Task.objects.filter(**given).order_by("path").values_list("code", flat=True))


def test_tree_has_the_plans_38_assignable_nodes(revision):
    assert Counter(Task.objects.exclude(kind="measure").values_list("kind", flat=True)) == {
        "campaign": 8,
        "item": 28,
        "subwork": 10,
        "safeguard": 7,
        "organisation": 3,
    }
    assert {code: len(codes(kind="item", parent__code=code)) for code in codes(kind="campaign")} == ITEMS
    assert codes(kind="safeguard") == [f"3.{n}" for n in range(1, 8)]
    assert codes(kind="organisation") == ["4.1", "4.2", "4.3"]
    assert Counter(Task.objects.filter(kind="subwork").values_list("parent__code", flat=True)) == {
        "2.2.3": 5,
        "2.3.4": 5,
    }


def test_every_measure_has_its_clause_and_a_lead(revision):
    measures = Task.objects.filter(kind="measure")
    assert list(measures.filter(sentences=[])) == []
    assert Responsibility.objects.filter(task__in=measures, kind="lead").count() == measures.count()


def test_targets_are_the_63_statements(revision):
    rows = Target.objects.all()
    assert Counter(rows.values_list("qualitative", flat=True)) == {False: 42, True: 21}
    assert Counter(rows.values_list("year", flat=True)) == {2025: 38, 2030: 22, None: 3}
    pairs = rows.filter(duplicate_of__isnull=False).order_by("code").values_list("code", "duplicate_of__code")
    assert list(pairs) == [("T18", "T01"), ("T60", "T06"), ("T61", "T07"), ("T62", "T15"), ("T63", "T16")]


def test_repetitions_say_what_they_repeat(revision):
    for row in Target.objects.filter(duplicate_of__isnull=False, qualitative=False).select_related("duplicate_of"):
        first = row.duplicate_of
        assert (row.indicator_id, row.year, row.comparator, row.value, row.unit) == (
            first.indicator_id,
            first.year,
            first.comparator,
            first.value,
            first.unit,
        )


@pytest.mark.parametrize("code", FACTS)
def test_target_holds_the_published_figures(revision, code):
    row = Target.objects.get(code=code)
    assert (row.year, row.comparator, number(row.value), row.unit, row.baseline_year, row.qualifier) == FACTS[code]


def test_full_coverage_is_stored_as_the_whole(revision):
    rows = Target.objects.filter(comparator="full", qualitative=False).order_by("code")
    assert [(row.code, number(row.value), row.unit) for row in rows] == [
        ("T35", 100, "%"),
        ("T46", 100, "%"),
        ("T52", 100, "%"),
        ("T58", 100, "%"),
    ]


def test_one_value_for_two_indicators_and_two_standards_in_one_sentence_stay_apart(revision):
    one, other = Target.objects.filter(code__in=["T21", "T22"]).order_by("code")
    assert (one.value, one.sentence) == (other.value, other.sentence)
    assert one.indicator_id != other.indicator_id
    now, later = Target.objects.filter(code__in=["T31", "T32"]).order_by("code")
    assert (now.indicator_id, now.year, later.year) == (later.indicator_id, None, 2025)


def test_every_sentence_is_covered_or_says_why_not(revision):
    coverage = exported_plan(revision)["coverage"]
    silent = [row for row in coverage if not row["nodes"] and not row["targets"] and not row["narrative"]]
    assert (len(coverage), silent) == (PlanSentence.objects.count(), [])
    # sections that oblige somebody: every sentence leads to work, a target, or a reason
    assert {row["section"].split(".")[0] for row in coverage} == {"1", "2", "3", "4"}


def test_only_the_printed_responsibility_is_explicit_and_none_confirmed(revision):
    assert Responsibility.objects.filter(confirmation="confirmed").count() == 0
    explicit = Responsibility.objects.filter(confirmation="explicit")
    assert {code.startswith("4.1") for code in explicit.values_list("task__code", flat=True)} == {True}
    assert set(explicit.values_list("kind", "org_unit__code")) == {
        ("lead", "committee_office"),
        ("support", "dev_reform"),
    }


def test_every_proposal_says_what_it_rests_on(revision):
    assert Responsibility.objects.filter(confirmation="proposed", basis="").count() == 0


def test_projects_name_counties_only_where_the_text_does(revision):
    rows = NamedProject.objects.filter(counties__isnull=False)
    assert sorted(rows.values_list("section", "name", "counties__short_name")) == sorted(
        [
            ("2.1.1", "梓潼风电项目", "梓潼县"),
            ("2.1.1", "盐亭风电项目", "盐亭县"),
            ("2.1.2", "三台气田", "三台县"),
            ("2.1.2", "三台燃气轮机发电项目", "三台县"),
            ("2.1.2", "江油气田", "江油市"),
            ("2.1.2", "江油燃气轮机发电项目", "江油市"),
            ("2.1.2", "盐亭气田", "盐亭县"),
            ("2.1.2", "盐亭燃气轮机发电项目", "盐亭县"),
            ("2.1.3", "北川抽水蓄能电站", "北川县"),
            ("2.1.3", "江油抽水蓄能电站", "江油市"),
            ("2.1.3", "盐亭220千伏输变电工程", "盐亭县"),
            ("2.3.3", "盐亭化工园区", "盐亭县"),
            ("2.3.4", "江油工模具钢及深加工产业集群", "江油市"),
            ("2.7.2", "青藏高原生态屏障区", "北川县"),
            ("2.7.2", "青藏高原生态屏障区", "平武县"),
        ]
    )


def test_nothing_is_due_after_its_parent_and_all_within_the_horizon(revision):
    for task in Task.objects.select_related("parent"):
        assert task.due_on <= (task.parent.due_on if task.parent else dt.date(2030, 12, 31))
        assert task.baseline_due_on == task.due_on


def test_loading_the_shipped_plan_again_changes_nothing(revision):
    before = Task.history.count()
    assert load_plan(FIXTURES, "mianyang-2024", at=AT, first_year=2026) == revision
    assert (PlanRevision.objects.count(), Task.history.count()) == (1, before)
