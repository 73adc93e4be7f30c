"""Reminding: keep deadlines in step, sweep what is due into notices, compose notices into mails, deliver."""

from tasks.usecases.remind.compose import Composed, compose
from tasks.usecases.remind.deadlines import (
    keep_milestone_deadline,
    keep_report_deadline,
    keep_task_deadline,
    ladder_in_force,
    rungs_of,
)
from tasks.usecases.remind.sweep import Swept, rehearse, sweep, sweep_through

__all__ = [
    "Composed",
    "Swept",
    "compose",
    "keep_milestone_deadline",
    "keep_report_deadline",
    "keep_task_deadline",
    "ladder_in_force",
    "rehearse",
    "rungs_of",
    "sweep",
    "sweep_through",
]
