"""Tracking: make a move on a task, milestone, report or request; write a report; attach evidence."""

from tasks.usecases.track.evidence import attach_evidence, attach_files, evidence_path, store_file
from tasks.usecases.track.extend import request_extension
from tasks.usecases.track.materialise import materialise_reports
from tasks.usecases.track.moves import (
    CHANGES,
    MILESTONES,
    REPORTS,
    TASKS,
    move_change,
    move_milestone,
    move_report,
    move_task,
)
from tasks.usecases.track.report import REPORT_FIELDS, save_report

__all__ = [
    "CHANGES",
    "MILESTONES",
    "REPORTS",
    "REPORT_FIELDS",
    "TASKS",
    "attach_evidence",
    "attach_files",
    "evidence_path",
    "materialise_reports",
    "move_change",
    "move_milestone",
    "move_report",
    "move_task",
    "request_extension",
    "save_report",
    "store_file",
]
