"""Assessment: load a scheme from its file, and score a year under it."""

from tasks.usecases.assess.schemes import load_scheme
from tasks.usecases.assess.year import Scored, score_year

__all__ = ["Scored", "load_scheme", "score_year"]
