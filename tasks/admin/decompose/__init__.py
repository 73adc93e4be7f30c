"""Screens of decomposition: the list and page of tasks, the tree, targets."""

from tasks.admin.decompose import plan, task  # noqa: F401  (importing registers their screens)
