"""Seal the chains: note where each of them stands, in the database and in a file outside it."""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

from accounts.models import AuditChain, AuditSeal
from accounts.queries.audit import seals
from accounts.rules.audit import GENESIS, seal_digest, seal_line


def seal_chains(*, at: datetime) -> int | None:
    """Write one seal over the last link of every chain and return its number; None when nothing has been added.

    Of two that seal at once, the second finds the number taken and leaves.
    """
    with transaction.atomic():
        last = AuditSeal.objects.order_by("-number").first()
        rows = AuditChain.objects.filter(last_number__gt=0).order_by("org_unit_id")
        links = rows.values_list("org_unit_id", "last_number", "last_digest")
        heads = {str(unit): [number, digest] for unit, number, digest in links}
        if heads == (last.heads if last else {}):
            return None
        number, previous = (last.number + 1, last.digest) if last else (1, GENESIS)
        digest = seal_digest(number, at.astimezone(UTC).isoformat(), heads, previous)
        seal = AuditSeal(number=number, at=at, heads=heads, previous_digest=previous, digest=digest)
        AuditSeal.objects.bulk_create([seal], ignore_conflicts=True)
    return number


def file_seals(path: Path) -> int:
    """Append the seals that the file lacks, and return by how many it is ahead of the database: 0, or it was restored.

    Line n holds seal n. A line that a crash cut short is taken back and written anew.
    """
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        filed, length = 0, 0
        for line in file:
            if line.endswith(b"\n"):
                filed, length = filed + 1, length + len(line)
        file.truncate(length)
        for seal in seals(after=filed):
            file.write(seal_line(seal).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return max(0, filed - (AuditSeal.objects.order_by("-number").values_list("number", flat=True).first() or 0))
