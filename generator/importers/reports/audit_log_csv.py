"""Audit log of an Enterprise organization: who did what and when, without any usage, as a CSV file.

Where
    The button "Export logs" under the organization's settings, Data and privacy (support article 9970975).
Which records
    A mark for each event, in no session: an event is no request and has no tokens, but its time shows that somebody was
    there. Events are counted by their public names; a name that is not in the short list counts as unknown.
Units
    `created_at` must state a zone; the specification names none.
Never read
    Actors, entities, addresses, devices and user agents. A row's pseudonym only tells that two exports hold it.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import BinaryIO

from generator.importers.base import Importer, SkipLineError
from generator.importers.fold import Extract, MarkCopy
from generator.importers.guide import Guide, Verified
from generator.importers.reports.tables import has_columns, read_table
from generator.importers.rows import UNKNOWN, RowResult
from generator.importers.tables import Row
from generator.importers.values import iso_time
from generator.records.pseudonyms import SEPARATOR, pseudonym
from generator.records.rows import Mark, MarkKind, SkipReason, SourceRef, Surface

PUBLIC = frozenset(
    {
        "conversation_created", "conversation_deleted", "conversation_renamed", "conversation_moved_to_project",
        "project_created", "project_deleted", "project_renamed", "project_visibility_changed",
        "project_document_created", "project_document_deleted", "file_uploaded", "file_deleted", "skill_created",
        "skill_deleted", "user_signed_in_google", "user_signed_in_apple", "user_signed_in_microsoft",
        "user_signed_in_sso", "user_signed_out", "user_requested_magic_link", "org_user_invite_sent",
        "org_user_invite_accepted", "org_user_deleted", "org_user_updated", "org_data_export_started",
        "org_data_export_completed", "integration_user_connected", "integration_user_disconnected",
        "session_share_created", "session_share_accessed", "org_cowork_enabled", "org_cowork_disabled",
        "extra_usage_spend_limit_created", "extra_usage_spend_limit_updated", "extra_usage_spend_limit_deleted",
    }
)  # fmt: skip
"""Names of events that Anthropic has published and that people ask about most."""


def sniff(_path: Path, head: bytes) -> bool:
    """A header of this export?"""
    return has_columns(head, "created_at", "event", "actor_info", "entity_info")


def take(row: Row, source: SourceRef, *, key: bytes) -> RowResult:
    """The mark of one event."""
    created = row.get("created_at", "")
    if not created:
        raise SkipLineError(SkipReason.NO_TIME)
    at = iso_time(f"{created.removesuffix(' UTC')}+00:00" if created.endswith(" UTC") else created)
    whole = SEPARATOR.join(f"{name}={text}" for name, text in sorted(row.items()))
    event = row.get("event", "").strip().lower()
    return RowResult(
        event.replace("_", "-") if event in PUBLIC else UNKNOWN,
        marks=(
            MarkCopy(
                id=pseudonym("line", f"{AUDIT_LOG_CSV.id}/{whole}", key),
                mark=Mark(kind=MarkKind.OTHER, session="", at=at, source=source),
                named=False,
                format=AUDIT_LOG_CSV.id,
            ),
        ),
    )


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_table(stream, index, AUDIT_LOG_CSV.id, partial(take, key=key))


AUDIT_LOG_CSV = Importer(
    id="audit-log-csv",
    title="Audit log of an Enterprise organization (CSV)",
    how="In the organization's settings, open Data and privacy and press Export logs; the link comes by e-mail.",
    surface=Surface.ENTERPRISE,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="Enterprise organizations only; an Owner or Primary Owner can export the last 180 days.",
        get=(
            "On claude.ai, open the organization's settings, then Data and privacy.",
            "Press Export logs and wait for the e-mail.",
            "Download the file within 24 hours, unpack it if it is an archive, and keep the CSV as it is.",
        ),
        shows=(
            "On which days and at which hours people of the organization were there: sign-ins, new chats, uploads.",
            "Changes of settings and spend limits that may explain a change in use.",
        ),
        hides=(
            "No tokens, no cost and no model.",
            "An event is not a request: one new chat may hold a hundred messages, and a sign-in none. Counting events "
            "as requests gives a number that means nothing.",
            "Times without a zone are not used.",
            "Claude Code in a terminal leaves almost nothing in it.",
        ),
        private="Names, e-mails, addresses and devices of colleagues. None of it leaves; only times and kinds of "
        "events do.",
        verified=Verified.DOCUMENTED,
        sources=("https://support.anthropic.com/en/articles/9970975-how-to-access-audit-logs",),
    ),
    spelling=(b"created_at", b"actor_info", b"event_info", b"entity_info", b"client_platform"),
)
