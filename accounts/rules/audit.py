"""How an audit entry is sealed to the one before it; no storage here."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

GENESIS = "0" * 64


def entry_digest(previous: str, content: Mapping[str, Any]) -> str:
    """Return the SHA-256 (64 hex digits) of an entry's canonical content and its predecessor's digest.

    `content` holds only JSON scalars, lists and maps; key order does not matter.

    Rule: AUD-01
    Source: domain invariant 1 (one audited entry per status change)
    """
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()
