"""Hand-computed lines: figures, targets of every kind, missing data, tasks late, unfinished and cancelled."""

from fractions import Fraction

import pytest

from tasks.rules.assess.facts import UnitFacts
from tasks.rules.assess.figures import decimal_text, half_up, shown
from tasks.rules.assess.score import score_unit
from tasks.rules.assess.targets import completion
from tasks.rules.assess.works import work_share
from tasks.vocab import Direction, ScoreFlag
from tests.rules.assess.cases import CONTENT, facts, line, points_of, scheme, target, total_of, work


@pytest.mark.rule("ASM-01")
@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("4.375", "4.38"),
        ("4.3749999", "4.37"),
        ("-0.005", "-0.01"),
        ("0.005", "0.01"),
        ("0", "0.00"),
        ("-0.004", "0.00"),
    ],
)
def test_figures_round_half_up(value, text):
    assert decimal_text(Fraction(value), 2) == text
    assert half_up(Fraction(value)) == Fraction(text)


def test_figures_are_shown_short():
    assert [shown(Fraction(1, 3)), shown(Fraction(20)), shown(Fraction(-1, 2)), decimal_text(Fraction(5, 2), 0)] == [
        "0.3333",
        "20",
        "-0.5",
        "3",
    ]


def test_a_perfect_unit_has_all_points():
    assert total_of(facts()) == "100.00"


@pytest.mark.rule("ASM-07")
def test_a_unit_without_targets_moves_their_points_to_tasks():
    sheet = score_unit(facts(targets=(), works=(work(quality="0.9"),)), scheme())
    assert points_of(sheet) == {
        "targets": "0.00",
        "tasks": "72.00",  # 0.9 × 80
        "process": "15.00",
        "collaboration": "5.00",
        "bonus": "0.00",
        "penalty": "0.00",
    }
    assert sheet.flags == ({"code": "weight_moved", "category": "targets", "points": "40", "to": "tasks"},)


def test_a_unit_with_all_tasks_cancelled_spreads_their_points_over_the_rest():
    # 40 go pro rata to 40 + 15 + 5: factor 100/60; targets 66.67 × 0.5, process 25, collaboration 8.33
    works = (work(cancelled=True, done=False), work("T2", cancelled=True))
    sheet = score_unit(facts(targets=(target(actual="50"),), works=works), scheme())
    assert points_of(sheet) == {
        "targets": "33.33",
        "tasks": "0.00",
        "process": "25.00",
        "collaboration": "8.33",
        "bonus": "0.00",
        "penalty": "0.00",
    }
    assert sheet.flags == ({"code": "weight_moved", "category": "tasks", "points": "40", "to": ""},)


def test_a_unit_with_nothing_to_assess_has_no_sheet():
    assert score_unit(UnitFacts(works=(work(cancelled=True),)), scheme()) is None
    assert score_unit(facts(targets=(), works=()), scheme()) is None  # reports alone are no result


@pytest.mark.rule("ASM-02")
@pytest.mark.parametrize(
    ("method", "goal", "actual", "edge", "share"),
    [
        (Direction.INCREASE, "30", "31.5", "0", "1.05"),
        (Direction.INCREASE, "30", "-1", "0", "0"),
        (Direction.INCREASE, "0", "0", "0", "1"),
        (Direction.INCREASE, "0", "-1", "0", "0"),
        (Direction.FLOOR, "0.1", "0.08", "0", "0.8"),
        (Direction.CEILING, "660", "660", "0", "1"),
        (Direction.CEILING, "660", "825", "0", "0.8"),
        (Direction.CEILING, "0", "5", "0", "0"),
        (Direction.DECREASE, "3.5", "-0.4", "0", "0"),
        (Direction.DECREASE, "5", "4.75", "0.05", "1"),
        (Direction.DECREASE, "5", "3.8", "0.05", "0.8"),
        (Direction.DECREASE, "5", "5.5", "0.05", "1.1"),
        (Direction.BAND, "100", "105", "0.05", "1"),
        (Direction.BAND, "100", "95", "0.05", "1"),
        (Direction.BAND, "100", "210", "0.05", "0.5"),
        (Direction.BAND, "100", "47.5", "0.05", "0.5"),
        (Direction.GRADE, None, "2", "0", "0.8"),
        (Direction.GRADE, None, "9", "0", None),
        (Direction.INCREASE, None, "9", "0", None),
    ],
)
def test_completion_follows_the_kind_of_target(method, goal, actual, edge, share):
    found = completion(target("A", goal, actual, method, edge_share=Fraction(edge)), scheme())
    assert found == (None if share is None else Fraction(share))


def test_a_missed_ceiling_costs_in_proportion():
    sheet = score_unit(facts(targets=(target("A", "660", "825", Direction.CEILING, unit="万吨"),)), scheme())
    found = line(sheet, "A")
    assert (found.formula, points_of(sheet)["targets"]) == ("660 ÷ 825 × 40 = 32", "32.00")
    assert found.next_point.params == {"points": "1", "value": "800 万吨"}


def test_a_band_above_its_edge_asks_for_less():
    sheet = score_unit(
        facts(targets=(target("A", "100", "210", Direction.BAND, edge_share=Fraction(1, 20)),)), scheme()
    )
    found = line(sheet, "A")
    assert (found.formula, found.next_point.code) == ("105 ÷ 210 × 40 = 20", "lower_result")


def test_a_qualitative_target_scores_by_its_verdict():
    sheet = score_unit(
        facts(targets=(target("A", None, "2", Direction.GRADE), target("B", None, "3", Direction.GRADE))), scheme()
    )
    assert points_of(sheet)["targets"] == "36.00"  # 0.8 × 20 + 20
    assert (line(sheet, "A").actual_text, line(sheet, "A").next_point.code) == ("基本完成", "better_verdict")


@pytest.mark.rule("ASM-03")
def test_missing_data_scores_nothing_and_says_so():
    sheet = score_unit(facts(targets=(target("A", actual=None), target("B"))), scheme())
    assert (line(sheet, "A").flag, points_of(sheet)["targets"]) == (ScoreFlag.MISSING_DATA, "20.00")
    assert line(sheet, "A").next_point.params == {"points": "20"}


def test_missing_data_leaves_the_denominator_when_the_scheme_says_so():
    parameters = {"targets": CONTENT["parameters"]["targets"] | {"missing_data": "exclude"}}
    sheet = score_unit(facts(targets=(target("A", actual=None), target("B", actual="90"))), scheme(**parameters))
    assert (line(sheet, "A").flag, points_of(sheet)["targets"]) == (ScoreFlag.MISSING_EXCLUDED, "36.00")


def test_an_unknown_verdict_and_an_unmeasurable_target_are_flagged():
    targets = (
        target("A", None, "9", Direction.GRADE),
        target("B", outside=ScoreFlag.NOT_ALLOCATED),
        target("C", verified=False),
    )
    sheet = score_unit(facts(targets=targets), scheme())
    assert [line(sheet, key).flag for key in "ABC"] == ["unknown_verdict", "not_allocated", "unverified"]
    assert points_of(sheet)["targets"] == "20.00"  # B is out; A of 20 is nothing, C of 20 is full


@pytest.mark.rule("ASM-04")
@pytest.mark.parametrize(
    ("late", "quality", "internal", "share"),
    [
        (0, "1", False, "1"),
        (1, "1", False, "0.98"),
        (20, "1", False, "0.6"),
        (200, "0.5", True, "0.456"),
        (0, None, False, "0.8"),
        (0, "0.9", True, "0.855"),
    ],
)
def test_a_finished_task_earns_quality_times_timeliness_times_extension(late, quality, internal, share):
    assert work_share(work(late=late, quality=quality, internal_extension=internal), scheme()) == Fraction(share)


def test_an_external_extension_costs_nothing():
    assert work_share(work(external_extension=True), scheme()) == 1


@pytest.mark.rule("ASM-05")
@pytest.mark.parametrize(("progress", "share"), [("0", "0"), ("0.5", "0.3"), ("0.95", "0.45"), ("7", "0.45")])
def test_an_unfinished_task_earns_part_of_its_progress(progress, share):
    assert work_share(work(done=False, progress=progress), scheme()) == Fraction(share)


@pytest.mark.rule("ASM-06")
def test_work_not_yet_due_leaves_the_denominator():
    sheet = score_unit(facts(works=(work("T1", late=5), work("T2", "9", done=False, not_yet_due=True))), scheme())
    assert (points_of(sheet)["tasks"], line(sheet, "T2").flag) == ("36.00", ScoreFlag.NOT_YET_DUE)


def test_a_milestone_has_the_scheme_s_quality():
    sheet = score_unit(facts(works=(work(is_milestone=True, quality=None, late=1),)), scheme())
    assert (points_of(sheet)["tasks"], line(sheet, "T1").flag) == ("39.20", ScoreFlag.LATE)


def test_days_beyond_the_floor_must_be_undone_first():
    sheet = score_unit(facts(works=(work(late=30),)), scheme())
    # the floor is reached at 20 days; 12 days earlier leaves 18, worth 0.64 × 40 = 25.6 against 24
    assert line(sheet, "T1").next_point.params == {"days": "12", "points": "1"}


@pytest.mark.rule("ASM-16")
def test_an_internal_extension_says_what_it_cost():
    sheet = score_unit(facts(works=(work(internal_extension=True),)), scheme())
    assert (line(sheet, "T1").next_point.code, line(sheet, "T1").next_point.params) == ("no_extension", {"points": "2"})
