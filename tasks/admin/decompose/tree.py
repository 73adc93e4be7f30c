"""The task tree on one page: nodes fold without a script, nothing is shown of hidden tasks but published titles."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from tasks.admin.acts import number
from tasks.admin.base import actor_for, light_mark, metrics_of, progress_bar, row_url, tree_url
from tasks.admin.decompose.filters import with_something_visible
from tasks.models import Task
from tasks.queries.page import with_lead
from tasks.queries.published import published_nodes
from tasks.queries.scope import visible_tasks
from tasks.rules.decompose import ancestor_paths
from tasks.rules.gate import Actor
from tasks.vocab import Confirmation, Light, TaskKind

MOST_NODES = 600


def tree_view(request: HttpRequest) -> HttpResponse:
    """Show the tree, or the branch below `?root=`; deeper levels are left to their own page when there are too many."""
    actor = actor_for(request)
    root = _root(request, actor)
    nodes, cut = _nodes(actor, root)
    context = {
        **admin.site.each_context(request),
        "title": _("Task tree"),
        "root": root,
        "roots": [{"row": row, "url": tree_url(row)} for row in _roots(actor)],
        "whole_url": tree_url(),
        "tree": _nested(nodes, opened=root is not None),
        "cut": cut,
    }
    request.current_app = admin.site.name
    return TemplateResponse(request, "admin/cp/tree.html", context)


def _root(request: HttpRequest, actor: Actor) -> Task | None:
    if "root" not in request.GET:
        return None
    pk = number(request.GET["root"])
    root = visible_tasks(actor).filter(pk=pk).first() or published_nodes().filter(pk=pk).first() if pk else None
    if root is None:
        raise Http404
    return root


def _roots(actor: Actor) -> Any:
    roots: QuerySet[Any] = Task.objects.filter(parent__isnull=True)
    if not actor.sees_whole_city():
        roots = with_something_visible(roots, actor)
    return roots.order_by("revision", "path")


def _nodes(actor: Actor, root: Task | None) -> tuple[list[Task], bool]:
    """Return the visible nodes with the published ones above them, in document order, and whether levels were cut."""
    rows: QuerySet[Any] = visible_tasks(actor)
    if root is not None:
        rows = rows & (Task.objects.below(root) | Task.objects.filter(pk=root.pk))
    rows = with_lead(rows).order_by("revision", "path")
    cut = len(rows.values("pk")[: MOST_NODES + 1]) > MOST_NODES
    if cut:
        rows = rows.filter(depth__lte=root.depth + 1 if root is not None else 1)
    found = list(rows[:MOST_NODES])
    paths = {(task.revision_id, path) for task in found for path in ancestor_paths(task.path)}
    missing = paths - {(task.revision_id, task.path) for task in found}
    context = published_nodes().filter(path__in={path for _revision, path in missing})
    for task in context:
        if (task.revision_id, task.path) in missing:
            task.only_named = True
            found.append(task)
    return sorted(found, key=lambda task: (task.revision_id, task.path)), cut


def _nested(tasks: list[Task], *, opened: bool) -> list[dict[str, Any]]:
    """Return the nodes nested by path; a node whose parents are hidden hangs on the nearest shown one."""
    top: list[dict[str, Any]] = []
    trail: list[tuple[Task, dict[str, Any]]] = []
    for task in tasks:
        node = _node(task, opened=opened)
        while trail and not _is_above(trail[-1][0], task):
            trail.pop()
        (trail[-1][1]["children"] if trail else top).append(node)
        trail.append((task, node))
    return top


def _is_above(task: Task, other: Task) -> bool:
    return task.revision_id == other.revision_id and other.path.startswith(task.path + ".")


def _node(task: Task, *, opened: bool) -> dict[str, Any]:
    node: dict[str, Any] = {"row": task, "children": [], "open": opened or task.kind == TaskKind.CAMPAIGN}
    if getattr(task, "only_named", False):
        return node
    standing = metrics_of(task)
    parts = task.lead_parts  # type: ignore[attr-defined]  # set by with_lead
    return node | {
        "url": row_url(task),
        "light": light_mark(standing.light),
        "loud": standing.light in {Light.RED, Light.YELLOW},
        "bar": progress_bar(standing.progress, standing.planned),
        "lead": parts[0].org_unit.short_name if parts else "",
        "proposed": bool(parts) and parts[0].confirmation == Confirmation.PROPOSED,
    }
