"""Hand-computed sheets: what moves, what is capped, causes, vetoes, ties, schemes and days that are refused."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from tasks.errors import Refusal
from tasks.rules.assess.cycle import is_provisional, may_score
from tasks.rules.assess.facts import Adjustment, CountFacts, UnitFacts
from tasks.rules.assess.grade import band, capped_grade, limit_best, ranks
from tasks.rules.assess.scheme import bands_descend, late_beats_unfinished
from tasks.rules.assess.score import score_unit
from tasks.vocab import CycleState, Grade, ScoreFlag
from tests.rules.assess.cases import CONTENT, facts, full_process, line, points_of, scheme, target, total_of, work


@pytest.mark.rule("ASM-08")
def test_process_parts_that_do_not_apply_hand_their_points_to_the_others():
    # 6 and 4 of 15 grow to 9 and 6
    parts = {"reports_on_time": CountFacts(1, 2), "first_pass": CountFacts(2, 2), "orders_answered": CountFacts(0, 0)}
    sheet = score_unit(facts(process=parts), scheme())
    assert points_of(sheet)["process"] == "10.50"
    assert line(sheet, "process:orders_answered").flag == ScoreFlag.NOT_APPLICABLE


@pytest.mark.rule("ASM-09")
def test_a_unit_that_supports_nobody_moves_collaboration_to_tasks():
    sheet = score_unit(facts(collaboration=None, works=(work(quality="0.8"),)), scheme())
    assert points_of(sheet)["tasks"] == "36.00"  # 0.8 × 45
    assert score_unit(facts(collaboration=CountFacts(7, 8)), scheme()).categories[3].points == Fraction("4.38")


def test_counties_have_no_collaboration():
    sheet = score_unit(facts(), scheme("counties"))
    assert points_of(sheet) == {
        "targets": "50.00",
        "tasks": "35.00",
        "process": "15.00",
        "bonus": "0.00",
        "penalty": "0.00",
    }


@pytest.mark.rule("ASM-10")
def test_the_largest_deduction_of_a_cause_stands():
    # the late task loses 4 of 40; a penalty of 5 for the same cause is larger, so the task line is lifted
    late = facts(works=(work(late=5, cause_key="c"),), penalties=(Adjustment("p", "通报", Fraction(5), cause_key="c"),))
    sheet = score_unit(late, scheme())
    assert (points_of(sheet)["tasks"], points_of(sheet)["penalty"]) == ("40.00", "-5.00")
    assert (line(sheet, "T1").flag, line(sheet, "T1").inputs["charged_at"]) == (ScoreFlag.SAME_CAUSE, "通报")
    smaller = replace(late, penalties=(Adjustment("p", "通报", Fraction(4), cause_key="c"),))
    assert points_of(score_unit(smaller, scheme()))["penalty"] == "0.00"


@pytest.mark.rule("ASM-11")
def test_bonus_and_penalty_are_capped():
    more = tuple(Adjustment(f"b{n}", "加", Fraction(2)) for n in range(3))
    less = tuple(Adjustment(f"p{n}", "减", Fraction(2)) for n in range(3))
    assert total_of(facts(bonuses=more)) == "103.00"
    assert total_of(facts(penalties=less)) == "95.00"


def test_a_penalty_never_takes_more_than_there_is():
    poor = UnitFacts(works=(work(done=False),), penalties=(Adjustment("p", "减", Fraction(3)),))
    sheet = score_unit(poor, scheme())
    assert (sheet.total, points_of(sheet)["penalty"], sheet.grade) == (0, "0.00", Grade.FAIL)


@pytest.mark.rule("ASM-12")
@pytest.mark.parametrize(
    ("total", "grade"),
    [
        ("103", "excellent"),
        ("90", "excellent"),
        ("89.99", "good"),
        ("80", "good"),
        ("79.99", "pass"),
        ("59.99", "fail"),
        ("0", "fail"),
    ],
)
def test_bands_are_half_open_with_the_top_closed(total, grade):
    assert band(Fraction(total), scheme()) == grade


def test_a_veto_caps_the_grade_and_leaves_the_points():
    sheet = score_unit(facts(vetoes=("serious_incident",)), scheme())
    assert (sheet.total, sheet.grade) == (100, Grade.PASS)
    assert sheet.flags == ({"code": "veto", "name": "发生重大责任事件", "caps_at": "pass"},)
    assert capped_grade(Fraction(70), ("serious_incident", "falsified_data"), scheme()) == Grade.FAIL
    assert capped_grade(Fraction(10), ("serious_incident",), scheme()) == Grade.FAIL


@pytest.mark.rule("ASM-13")
def test_ties_share_a_place_and_the_next_is_skipped():
    assert ranks({1: Fraction(90), 2: Fraction(95), 3: Fraction(90), 4: Fraction(80)}) == {1: 2, 2: 1, 3: 2, 4: 4}


def test_the_share_limit_keeps_the_best_and_no_tie_across_it():
    grades = dict.fromkeys(range(1, 6), Grade.EXCELLENT)
    limited = scheme(excellent_share=0.4)
    assert limit_best(grades, {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}, limited) == {
        1: "excellent",
        2: "excellent",
        3: "good",
        4: "good",
        5: "good",
    }
    assert limit_best(grades, {1: 1, 2: 2, 3: 2, 4: 4, 5: 5}, limited) == {
        1: "excellent",
        2: "good",
        3: "good",
        4: "good",
        5: "good",
    }
    assert limit_best(grades, {1: 1, 2: 2, 3: 2, 4: 4, 5: 5}, scheme()) == grades


@pytest.mark.rule("ASM-14")
def test_a_scheme_that_rewards_not_finishing_is_refused():
    assert late_beats_unfinished(scheme()) is None
    lax = scheme(tasks=CONTENT["parameters"]["tasks"] | {"unfinished": {"factor": 0.6, "cap": 0.5}})
    assert late_beats_unfinished(lax) == Refusal("ASM-14.late_below_unfinished", {"worst": 0.456, "cap": 0.5})


@pytest.mark.rule("ASM-12")
@pytest.mark.parametrize("floors", [(90, 80), (80, 90, 0), ()])
def test_bands_with_a_gap_are_refused(floors):
    assert bands_descend([(str(start), Fraction(start)) for start in floors]) == Refusal("ASM-12.bands")


@pytest.mark.rule("ASM-15")
@pytest.mark.rule("ASM-18")
def test_a_frozen_year_and_a_day_outside_are_refused():
    today = date(2027, 1, 15)
    assert may_score(None, year=2026, as_of=date(2026, 12, 31), today=today) is None
    assert may_score(CycleState.FROZEN, year=2026, as_of=today, today=today) == Refusal("ASM-15.frozen", {"year": 2026})
    for as_of in (date(2025, 12, 31), date(2027, 1, 16)):
        refusal = Refusal("ASM-18.before_year", {"year": 2026, "as_of": as_of.isoformat()})
        assert may_score(None, year=2026, as_of=as_of, today=today) == refusal
    assert (is_provisional(2026, date(2026, 12, 30)), is_provisional(2026, date(2026, 12, 31))) == (True, False)


def test_a_target_of_weight_nothing_and_a_unit_without_process_parts():
    sheet = score_unit(facts(targets=(target(weight=Fraction(0)),), process={}), scheme())
    assert points_of(sheet)["tasks"] == "95.00"
    assert score_unit(facts(process=full_process()), scheme()).total == 100
