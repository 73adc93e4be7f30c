"""The worked example of the scheme, to the last digit, with its appeal."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tasks.rules.assess.facts import Adjustment, CountFacts, UnitFacts
from tasks.rules.assess.score import score_unit
from tasks.vocab import Direction, Grade, ScoreFlag
from tests.rules.assess.cases import four, line, points_of, scheme, target, total_of, work

BUREAU = UnitFacts(
    targets=(
        target("A1", "3.5", "3.2", Direction.DECREASE, unit="%"),
        target("A2", "30", "31.5", Direction.INCREASE, unit="%"),
    ),
    works=(
        work("T1", "30", quality="0.95"),
        work("T2", "25", late=12),
        work("T3", "20", done=False, quality=None, progress="0.6", cause_key="task:T3"),
        work("T4", "15", quality="0.9", internal_extension=True),
        work("T5", "10", cancelled=True, done=False),
    ),
    process={
        "reports_on_time": CountFacts(11, 12),
        "first_pass": CountFacts(10, 12),
        "orders_answered": CountFacts(3, 3),
        "evidence_sample": CountFacts(19, 20),
    },
    collaboration=CountFacts(7, 8),
    bonuses=(Adjustment("bonus:1", "试点经验推广", Fraction(1)),),
    penalties=(Adjustment("order:9", "红色督办", Fraction(2), cause_key="task:T3"),),
)
APPEALED = replace(BUREAU, works=(BUREAU.works[0], replace(BUREAU.works[1], late_workdays=5), *BUREAU.works[2:]))


@pytest.mark.rule("ASM-01")
@pytest.mark.rule("ASM-11")
def test_worked_example_matches_to_the_last_digit():
    sheet = score_unit(BUREAU, scheme())
    assert points_of(sheet) == {
        "targets": "38.29",
        "tasks": "30.01",
        "process": "13.73",
        "collaboration": "4.38",
        "bonus": "1.00",
        "penalty": "0.00",
    }
    assert (four(sheet.total), sheet.grade) == ("87.4100", Grade.GOOD)
    assert {key: four(line(sheet, key).points) for key in ("A1", "A2", "T1", "T2", "T3", "T4", "T5")} == {
        "A1": "18.2857",
        "A2": "20.0000",
        "T1": "12.6667",
        "T2": "8.4444",
        "T3": "3.2000",
        "T4": "5.7000",
        "T5": "0.0000",
    }


def test_appeal_of_the_office_days_makes_the_other_sheet():
    sheet = score_unit(APPEALED, scheme())
    assert points_of(sheet)["tasks"] == "31.57"
    assert total_of(APPEALED) == "88.97"


def test_every_line_fills_its_numbers_into_the_formula():
    sheet = score_unit(BUREAU, scheme())
    assert {found.key: found.formula for found in sheet.lines} == {
        "A1": "3.2 ÷ 3.5 × 20 ≈ 18.2857",
        "A2": "min(1, 31.5 ÷ 30) × 20 = 20",
        "T1": "0.95 × 1 × 1 = 0.95; 0.95 × 30 ÷ 90 × 40 ≈ 12.6667",
        "T2": "max(0.6, 1 − 0.02 × 12) = 0.76; 1 × 0.76 × 1 = 0.76; 0.76 × 25 ÷ 90 × 40 ≈ 8.4444",
        "T3": "min(0.6 × 0.6, 0.45) = 0.36; 0.36 × 20 ÷ 90 × 40 = 3.2",
        "T4": "0.9 × 1 × 0.95 = 0.855; 0.855 × 15 ÷ 90 × 40 = 5.7",
        "T5": "–",
        "process:reports_on_time": "11 ÷ 12 × 6 = 5.5",
        "process:first_pass": "10 ÷ 12 × 4 ≈ 3.3333",
        "process:orders_answered": "3 ÷ 3 × 3 = 3",
        "process:evidence_sample": "19 ÷ 20 × 2 = 1.9",
        "collaboration": "7 ÷ 8 × 5 = 4.375",
        "bonus:1": "1",
        "order:9": "−2 → 0",
    }
    assert line(sheet, "order:9").inputs["charged_at"] == "T3"


@pytest.mark.rule("ASM-16")
def test_every_line_says_what_the_next_point_would_take():
    sheet = score_unit(BUREAU, scheme())
    asked = {found.key: (found.next_point.code, found.next_point.params) for found in sheet.lines if found.next_point}
    assert asked == {
        "A1": ("higher_result", {"points": "1", "value": "3.375 %"}),
        "A2": ("full", {}),
        "T1": ("better_quality", {"points": "0.6667"}),
        "T2": ("earlier", {"days": "5", "points": "1"}),
        "T3": ("finish", {"points": "8.8889"}),
        "T4": ("better_quality", {"points": "0.6333"}),
        "process:reports_on_time": ("more_in_order", {"count": "1", "points": "0.5"}),
        "process:first_pass": ("more_in_order", {"count": "2", "points": "0.6667"}),
        "process:orders_answered": ("full", {}),
        "process:evidence_sample": ("more_in_order", {"count": "1", "points": "0.1"}),
        "collaboration": ("more_in_order", {"count": "1", "points": "0.625"}),
    }


def test_flags_name_what_is_special():
    sheet = score_unit(BUREAU, scheme())
    assert {found.key: found.flag for found in sheet.lines if found.flag} == {
        "T2": ScoreFlag.LATE,
        "T3": ScoreFlag.UNFINISHED,
        "T5": ScoreFlag.CANCELLED,
        "order:9": ScoreFlag.SAME_CAUSE,
    }
