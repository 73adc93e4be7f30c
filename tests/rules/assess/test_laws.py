"""What holds for every unit: range, sums, monotony, order, and late work above unfinished work."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.assess.facts import Adjustment, CountFacts, UnitFacts
from tasks.rules.assess.figures import half_up
from tasks.rules.assess.score import score_unit
from tasks.rules.assess.works import work_share
from tasks.vocab import Direction
from tests.rules.assess.cases import scheme, target, work

SCHEME = scheme()
HIGHEST = 103
DIRECTIONS = [Direction.INCREASE, Direction.FLOOR, Direction.DECREASE, Direction.CEILING]
hundredths = st.integers(0, 600).map(lambda n: Fraction(n, 100))


@st.composite
def counts(draw):
    total = draw(st.integers(1, 20))
    return CountFacts(draw(st.integers(0, total)), total)


@st.composite
def units(draw):
    targets = tuple(
        target(
            f"A{n}",
            str(draw(st.integers(1, 500))),
            draw(st.none() | st.integers(-50, 900).map(str)),
            draw(st.sampled_from(DIRECTIONS)),
            edge_share=draw(st.sampled_from([Fraction(0), Fraction(1, 20)])),
        )
        for n in range(draw(st.integers(0, 4)))
    )
    works = tuple(
        work(
            f"T{n}",
            str(draw(st.integers(1, 30))),
            late=draw(st.integers(0, 40)),
            done=draw(st.booleans()),
            quality=draw(st.none() | st.sampled_from(["0", "0.8", "0.85", "0.93", "1"])),
            progress=str(draw(st.integers(0, 100)) / 100),
            internal_extension=draw(st.booleans()),
            cancelled=draw(st.booleans()),
            cause_key=f"task:{n}",
        )
        for n in range(draw(st.integers(0, 5)))
    )
    parts = {part.code: draw(counts()) for part in SCHEME.process if draw(st.booleans())}
    penalties = tuple(
        Adjustment(f"p{n}", "减", draw(hundredths), cause_key=draw(st.sampled_from(["", "task:0", "task:1"])))
        for n in range(draw(st.integers(0, 3)))
    )
    bonuses = tuple(Adjustment(f"b{n}", "加", draw(hundredths)) for n in range(draw(st.integers(0, 2))))
    return UnitFacts(targets, works, parts, draw(st.none() | counts()), bonuses, penalties)


@pytest.mark.rule("ASM-11")
@given(units())
def test_score_lies_in_range_and_its_categories_sum_to_it(unit):
    sheet = score_unit(unit, SCHEME)
    if sheet is None:
        return
    assert 0 <= sheet.total <= HIGHEST
    assert sum(category.points for category in sheet.categories) == sheet.total
    assert all(half_up(category.points) == category.points for category in sheet.categories)
    assert sum(c.possible for c in sheet.categories if c.category not in {"bonus", "penalty"}) == 100
    assert all(0 <= line.points <= line.possible for line in sheet.lines if line.category not in {"bonus", "penalty"})


@given(units(), st.randoms())
def test_order_of_the_rows_never_matters(unit, random):
    def shuffled(rows):
        rows = list(rows)
        random.shuffle(rows)
        return tuple(rows)

    mixed = replace(
        unit,
        targets=shuffled(unit.targets),
        works=shuffled(unit.works),
        bonuses=shuffled(unit.bonuses),
        penalties=shuffled(unit.penalties),
        process=dict(shuffled(unit.process.items())),
    )
    one, other = score_unit(unit, SCHEME), score_unit(mixed, SCHEME)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert (one.total, one.categories, one.grade) == (other.total, other.categories, other.grade)
        assert {line.key: line for line in one.lines} == {line.key: line for line in other.lines}


@given(units(), st.data())
def test_a_better_input_never_lowers_the_score(unit, data):
    before = score_unit(unit, SCHEME)
    if before is None:
        return
    better = unit
    if unit.works:
        n = data.draw(st.integers(0, len(unit.works) - 1))
        old = unit.works[n]
        new = data.draw(
            st.sampled_from(
                [
                    replace(old, late_workdays=max(0, old.late_workdays - 3)),
                    replace(old, quality=Fraction(1)),
                    replace(old, progress=Fraction(1)),
                    replace(old, finished_on=old.due_on),
                    replace(old, internal_extension=False),
                ]
            )
        )
        better = replace(better, works=(*unit.works[:n], new, *unit.works[n + 1 :]))
    if unit.targets:
        n = data.draw(st.integers(0, len(unit.targets) - 1))
        old_target = unit.targets[n]
        step = -7 if old_target.method == Direction.CEILING else 7
        actual = Fraction(900 if step < 0 else -50) if old_target.actual is None else old_target.actual + step
        changed = replace(old_target, actual=actual)
        better = replace(better, targets=(*unit.targets[:n], changed, *unit.targets[n + 1 :]))
    better = replace(
        better,
        process={code: CountFacts(min(c.good + 1, c.total), c.total) for code, c in unit.process.items()},
        penalties=unit.penalties[1:] if data.draw(st.booleans()) else unit.penalties,
    )
    after = score_unit(better, SCHEME)
    assert after is not None
    assert after.total >= before.total


@pytest.mark.rule("ASM-05")
@given(st.integers(0, 400), st.sampled_from([None, "0", "0.8", "1"]), st.booleans(), st.integers(0, 100))
def test_finishing_late_never_scores_below_not_finishing(late, quality, internal, percent):
    finished = work(late=late, quality=quality, internal_extension=internal)
    unfinished = work(done=False, progress=str(percent / 100), internal_extension=internal)
    assert work_share(finished, SCHEME) >= work_share(unfinished, SCHEME)
