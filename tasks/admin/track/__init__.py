"""Screens of tracking: reports, milestones, extension requests, evidence."""

from tasks.admin.track import change, milestone, report  # noqa: F401  (importing registers their screens)
