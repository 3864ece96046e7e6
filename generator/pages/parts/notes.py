"""What belongs to a page from outside it: replies to it, and corrections of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.curated.voices import Correction, Reply
    from generator.dossier import Dossier


@dataclass(frozen=True)
class Notes:
    """Replies, oldest first, and corrections, newest first. A page without any says so."""

    replies: tuple[Reply, ...]
    corrections: tuple[Correction, ...]


def notes_on(dossier: Dossier, key: str) -> Notes:
    """Notes on the page of one record; `key` is its place below the case, such as c/C-064."""
    return Notes(
        replies=tuple(reply for reply in dossier.library.replies if reply.page == key),
        corrections=tuple(one for one in dossier.library.corrections if one.page == key),
    )
