"""A city at work and its people signed in: what every test of the admin starts from."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import City, issue_all, make_city


@pytest.fixture
def day() -> dt.date:
    """The day the door's clock shows, which these tests cannot choose."""
    return timezone.localdate()


@pytest.fixture
def city(db, day) -> City:
    """The invented city, its plan loaded and everybody in post, nothing issued."""
    return make_city(day)


@pytest.fixture
def running(city, day) -> City:
    """The same city with every task issued and signed for."""
    issue_all(city, day)
    return city


@pytest.fixture
def enter(city):
    """A browser of the person by that short name."""

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(city.people[name], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in
