"""The demo's stage: an invented past that runs forward."""

import datetime as dt

import pytest

from tasks.usecases.demo.stage import Stage
from tests.factories import make_city, noon
from tests.steps import LEAF, bring

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 2)


def test_what_was_loaded_was_there_before_the_story_began():
    city = make_city()
    stage = Stage({"starts": {"years_back": 1, "month": 2, "day": 3}}, city.revision, TODAY)
    bring(city, "issued", LEAF, stage.start)
    city.task(LEAF).history.filter(history_type="+").update(history_date=noon(TODAY))
    stage.begin()
    told = city.task(LEAF).history.order_by("-history_date").values_list("history_type", flat=True)
    assert list(told) == ["~", "+"]
