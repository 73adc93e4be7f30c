"""The day is turned once, however often the clock asks."""

import pytest
from django.utils import timezone

from tasks.jobs.analyse import roll_day
from tasks.models import EngineRun, StatusSnapshot
from tests.factories import make_city


@pytest.mark.django_db
def test_roll_day_turns_the_day_once():
    make_city(timezone.localdate())
    roll_day()
    first = StatusSnapshot.objects.count()
    assert first > 0
    StatusSnapshot.objects.all().delete()
    roll_day()
    run = EngineRun.objects.get(job="roll_day")
    assert (run.counts["tasks"], StatusSnapshot.objects.count()) == (first, 0)
