"""A city at work, its people signed in, and a door whose clock stands still: where every test of the admin starts."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import City, noon
from tests.steps import DAY, staffed_city


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    """Let the door's clock show the day the steps are made on."""
    monkeypatch.setattr(timezone, "now", lambda: noon(DAY))


@pytest.fixture
def city(db) -> City:
    """The invented city, its plan loaded and everybody in post, nothing issued."""
    return staffed_city()


@pytest.fixture
def enter(city) -> Callable[[str], Client]:
    """Return a browser of the person by that short name."""

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(city.people[name], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in
