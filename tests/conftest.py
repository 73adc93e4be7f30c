"""What every test may ask for; services are in tests/services.py, pyproject.toml blocks sockets beyond loopback."""

from datetime import date

import hypothesis
import pytest

# A slow machine is no failure; the printed blob repeats a found one.
hypothesis.settings.register_profile("carbonpeak", deadline=None, print_blob=True)
hypothesis.settings.load_profile("carbonpeak")


@pytest.fixture
def today() -> date:
    """A Wednesday, a working day in a week without holidays."""
    return date(2026, 11, 18)
