"""Decomposition: the plan, its tree of tasks, who is responsible, the milestones, indicators and targets."""

from tasks.models.decompose.plan import NamedProject, Plan, PlanRevision, PlanSentence
from tasks.models.decompose.responsibility import PortfolioLine, Responsibility
from tasks.models.decompose.target import Indicator, Target
from tasks.models.decompose.task import Milestone, Task, TaskQuerySet

__all__ = [
    "Indicator",
    "Milestone",
    "NamedProject",
    "Plan",
    "PlanRevision",
    "PlanSentence",
    "PortfolioLine",
    "Responsibility",
    "Target",
    "Task",
    "TaskQuerySet",
]
