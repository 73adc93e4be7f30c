"""What a person enters: declared progress, the quality of a result, a milestone's date."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import Refusal
from tasks.rules.track import declared_progress, milestone_date, quality_of_result


@pytest.mark.rule("TRK-08")
@given(st.integers(-1000, 1000))
def test_declared_progress_is_taken_from_0_to_95(value):
    answer = declared_progress(value)
    assert answer == (None if 0 <= value <= 95 else Refusal("TRK-08.progress_range"))


@pytest.mark.rule("TRK-21")
@pytest.mark.parametrize(
    ("given_quality", "quality"),
    [("0", "0.00"), (1, "1.00"), ("0.855", "0.86"), ("0.845", "0.84"), (0.9, "0.90"), ("-0.001", "0.00")],
)
def test_quality_is_kept_with_two_places(given_quality, quality):
    assert str(quality_of_result(given_quality)).lstrip("-") == quality


@pytest.mark.rule("TRK-21")
@pytest.mark.parametrize("given_quality", ["1.01", -1, "good", "", None, "nan", "inf"])
def test_quality_outside_zero_to_one_is_refused(given_quality):
    assert quality_of_result(given_quality) == Refusal("TRK-21.quality")


@pytest.mark.rule("DEC-03")
@given(st.dates(), st.dates() | st.none())
def test_milestone_may_not_be_dated_after_its_task(due_on, task_due_on):
    late = task_due_on is not None and due_on > task_due_on
    refusal = milestone_date(due_on, task_due_on)
    assert refusal == (
        Refusal("DEC-03.after_parent", {"due_on": due_on, "parent_due_on": task_due_on}) if late else None
    )
