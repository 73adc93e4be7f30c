"""What every test may ask for; services are in tests/services.py, pyproject.toml blocks sockets beyond loopback."""

from datetime import date

import hypothesis
import pytest
from django.test import TransactionTestCase

from tests.guards import without_guards

# A slow machine is no failure; the printed blob repeats a found one.
hypothesis.settings.register_profile("carbonpeak", deadline=None, print_blob=True)
hypothesis.settings.load_profile("carbonpeak")


@pytest.fixture(scope="session", autouse=True)
def _tables_are_emptied():
    """Tests with transactions of their own end by emptying every table, which the audit trail's triggers refuse."""
    empty = TransactionTestCase._fixture_teardown

    def teardown(case):
        with without_guards():
            empty(case)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


@pytest.fixture
def today() -> date:
    """A Wednesday, a working day in a week without holidays."""
    return date(2026, 11, 18)
