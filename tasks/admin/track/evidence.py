"""Evidence leaves the store here alone: scoped, always as a download, never as something a browser runs."""

from __future__ import annotations

from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed

from tasks.admin.base import actor_for
from tasks.models import Evidence
from tasks.queries.scope import visible
from tasks.usecases.track import evidence_path


def download_view(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """Send a file the person may see; hidden and missing files answer alike."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    row = visible(Evidence, actor_for(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    try:
        file = storages["evidence"].open(evidence_path(row.sha256))
    except FileNotFoundError:
        raise Http404 from None
    # The type is ours, not the uploader's: nothing that leaves here is rendered in the site's name.
    answer = FileResponse(file, as_attachment=True, filename=row.name, content_type="application/octet-stream")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer
