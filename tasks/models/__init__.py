"""NOUNS: tables, constraints, indexes and chainable querysets; a table decides nothing."""

from tasks.models.analyse import StatusSnapshot, TaskMetrics
from tasks.models.assess import Criterion, Cycle, Scheme, ScoreLine, ScoreSheet
from tasks.models.base import CalendarDay, Policy
from tasks.models.decompose import (
    Indicator,
    Milestone,
    NamedProject,
    Plan,
    PlanRevision,
    PlanSentence,
    PortfolioLine,
    Responsibility,
    Target,
    Task,
)
from tasks.models.remind import Deadline, DeliveryAttempt, EngineRun, Ladder, Message, Notice, Rung
from tasks.models.track import ChangeRequest, Evidence, Observation, ProgressReport, ReportDue, ReportLine, ReportRule

__all__ = [
    "CalendarDay",
    "ChangeRequest",
    "Criterion",
    "Cycle",
    "Deadline",
    "DeliveryAttempt",
    "EngineRun",
    "Evidence",
    "Indicator",
    "Ladder",
    "Message",
    "Milestone",
    "NamedProject",
    "Notice",
    "Observation",
    "Plan",
    "PlanRevision",
    "PlanSentence",
    "Policy",
    "PortfolioLine",
    "ProgressReport",
    "ReportDue",
    "ReportLine",
    "ReportRule",
    "Responsibility",
    "Rung",
    "Scheme",
    "ScoreLine",
    "ScoreSheet",
    "StatusSnapshot",
    "Target",
    "Task",
    "TaskMetrics",
]
