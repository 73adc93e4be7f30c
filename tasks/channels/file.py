"""Mail as .eml files in a folder, for development: any mail program opens them."""

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Self

from django.utils import timezone

from tasks.usecases.remind.handover import ChannelDownError, Envelope, Handover
from tasks.vocab import HandoverOutcome, HandoverPhase


class FileChannel:
    """A folder; the same message always gets the same name, so that a repetition replaces its first copy."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as reason:
            raise ChannelDownError(f"the folder for mails cannot be used: {reason}") from reason
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def hand_over(self, envelope: Envelope, commit_data: Callable[[], None]) -> Handover:
        """Write the message beside its place, then move it there: a reader never sees half a mail."""
        commit_data()
        path = self.folder / file_name(envelope)
        draft = path.with_suffix(f".{os.getpid()}")
        try:
            draft.write_bytes(envelope.body)
            draft.replace(path)
        except OSError as reason:
            draft.unlink(missing_ok=True)
            return Handover(HandoverPhase.DATA, HandoverOutcome.LATER, str(reason), broken=True)
        return Handover(HandoverPhase.DATA, HandoverOutcome.SENT, path.name)


def file_name(envelope: Envelope) -> str:
    """Return a name that sorts by slot and shows the recipient; it holds nothing a file system could misread."""
    slot = timezone.localtime(envelope.slot_at)
    who = re.sub(r"[^A-Za-z0-9@._+-]", "_", envelope.address).lstrip(".")[:80]
    key = hashlib.sha256(envelope.message_id.encode()).hexdigest()[:10]
    return f"{slot:%Y-%m-%d-%H%M}_{who}_{key}.eml"
