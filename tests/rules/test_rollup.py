"""How a parent stands: the weighted mean of its children, and the worse of its own light and theirs."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.analyse import ChildState, LightPolicy, Standing, parent_standing
from tasks.vocab import Light, LightReason

POLICY = LightPolicy(5, 30, 10, 10, 0.3, 0.3)
R = LightReason

percent = st.floats(0, 100)
children_st = st.lists(
    st.builds(
        ChildState,
        st.floats(0.1, 100),
        st.none() | percent,
        st.none() | percent,
        st.sampled_from(list(Light)),
        st.booleans(),
    ),
    max_size=6,
)


OWN = Standing(Light.GREEN, (R.ON_SCHEDULE,), 50.0, 50.0, 0)
GREEN = ChildState(1, 50.0, 50.0, Light.GREEN)
RED = ChildState(1, 10.0, 50.0, Light.RED)
YELLOW = ChildState(1, 30.0, 50.0, Light.YELLOW)
GREY = ChildState(1, None, None, Light.GREY)


def rolled(children, own=OWN, *, is_done=False, is_live=True):
    return parent_standing(own, children, policy=POLICY, is_done=is_done, is_live=is_live)


ROLLED = [
    ([GREEN, GREEN], Light.GREEN, [R.ON_SCHEDULE]),
    ([RED, GREEN], Light.RED, [R.RED_WEIGHT, R.RED_CHILD]),
    ([RED, *[GREEN] * 3], Light.YELLOW, [R.RED_CHILD]),
    ([replace(RED, is_key=True), *[GREEN] * 3], Light.RED, [R.RED_KEY_CHILD, R.RED_CHILD]),
    ([replace(RED, weight=3), *[GREEN] * 7], Light.RED, [R.RED_WEIGHT, R.RED_CHILD]),
    ([YELLOW, GREEN, GREEN], Light.YELLOW, [R.YELLOW_WEIGHT]),
    ([YELLOW, *[GREEN] * 3], Light.GREEN, [R.ON_SCHEDULE]),
    ([GREY, GREY], Light.GREY, [R.NOT_STARTED]),
    ([GREY, GREEN], Light.GREEN, [R.ON_SCHEDULE]),
]


@pytest.mark.rule("ANA-06")
@pytest.mark.parametrize(("children", "light", "reasons"), ROLLED)
def test_light_of_a_parent_and_why(children, light, reasons):
    found = rolled(children)
    assert (found.light, list(found.reasons)) == (light, reasons)


@pytest.mark.rule("ANA-06")
def test_parent_keeps_the_worse_of_its_own_light_and_the_roll_up():
    late = Standing(Light.RED, (R.OVERDUE,), 50.0, 50.0, 4)
    assert rolled([GREEN], late) == Standing(Light.RED, (R.OVERDUE,), 50.0, 50.0, 4)
    waiting = Standing(Light.YELLOW, (R.REPORT_LATE,), 50.0, 50.0, 0)
    assert rolled([RED], waiting).reasons == (R.REPORT_LATE, R.RED_WEIGHT, R.RED_CHILD)
    assert rolled([GREEN], waiting).light == Light.YELLOW


@pytest.mark.rule("ANA-06")
def test_parent_without_children_stands_as_a_leaf():
    assert rolled([]) == OWN


@pytest.mark.rule("ANA-06")
def test_parent_progress_is_the_weighted_mean_of_known_progress():
    found = rolled([ChildState(3, 80.0, 60.0, Light.GREEN), ChildState(1, 40.0, 20.0, Light.GREEN), GREY])
    assert (found.progress, found.planned) == (70, 50)


@pytest.mark.rule("ANA-06")
def test_parent_of_nothing_measured_shows_no_figure():
    assert (rolled([GREY]).progress, rolled([GREY]).planned) == (None, None)


@pytest.mark.rule("ANA-06")
def test_accepted_parent_is_done_and_a_draft_takes_no_light_from_below():
    done = Standing(Light.DONE, (R.DONE_ON_TIME,), 100.0, 100.0, 0)
    assert rolled([RED], done, is_done=True) == replace(done, planned=50.0)
    draft = Standing(Light.GREY, (R.NOT_STARTED,), None, 0.0, 0)
    assert rolled([RED], draft, is_live=False) == replace(draft, progress=10.0, planned=50.0)


@pytest.mark.rule("ANA-06")
@given(children_st, st.floats(0.1, 50))
def test_only_the_proportion_of_weights_counts(children, factor):
    scaled = [replace(child, weight=child.weight * factor) for child in children]
    assert rolled(scaled).progress == pytest.approx(rolled(children).progress)
    assert rolled(scaled).planned == pytest.approx(rolled(children).planned)


@pytest.mark.rule("ANA-06")
@given(children_st, st.randoms(use_true_random=False))
def test_order_of_children_does_not_matter(children, chance):
    mixed = list(children)
    chance.shuffle(mixed)
    assert rolled(mixed).progress == pytest.approx(rolled(children).progress)


@pytest.mark.rule("ANA-06")
@given(children_st.filter(bool))
def test_parent_progress_lies_within_its_childrens_and_below_100(children):
    known = [child.progress for child in children if child.progress is not None]
    progress = rolled(children).progress
    if not known:
        assert progress is None
    else:
        assert min(*known, 95) - 1e-6 <= progress <= min(max(known), 95) + 1e-6


@pytest.mark.rule("ANA-06")
@given(children_st.filter(bool), st.integers(0, 5))
def test_turning_a_child_red_never_brightens_the_parent(children, index):
    order = [Light.GREY, Light.GREEN, Light.YELLOW, Light.RED]
    worse = list(children)
    worse[index % len(worse)] = replace(worse[index % len(worse)], light=Light.RED)
    assert order.index(rolled(worse).light) >= order.index(rolled(children).light)
