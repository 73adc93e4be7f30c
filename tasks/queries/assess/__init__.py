"""The facts of a year's assessment, for all units at once in a constant number of queries."""

from tasks.queries.assess.year import UnitYear, lines_of, year_facts

__all__ = ["UnitYear", "lines_of", "year_facts"]
