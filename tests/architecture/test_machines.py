"""The page of the machines says what the tables say."""

from tests.machines import PAGE, page


def test_the_page_of_the_machines_is_what_the_tables_say():
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m tests.machines`"
