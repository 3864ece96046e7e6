"""What Cowork writes down of a local session beside its transcript: the stream of Agent SDK messages, signed.

Where
    `local_<id>/audit.jsonl` below `local-agent-mode-sessions` in the data folder of the desktop app, one for each
    local session. Sessions that run in the cloud leave none (since about July 2026 all new ones). Nothing of it is
    documented; the layout is described by third parties who read their own sessions.
Which records
    `assistant` messages are the same calls as in the transcript, which owns them: here they carry the state of their
    usage while it streamed. `user` messages give prompts; the app writes each twice, its own copy (with the app's
    session id) and the client's echo under the same id: it counts once. `result` gives the running cost,
    `rate_limit_event` the meters, `system` compactions and retries.
Units
    Tokens as the API bills them, but the output is never final. The session is the client's, as in the transcript.
    Times are Cowork's own (`_audit_timestamp`). Shares of meters are fractions 0-1. Cost is the client's estimate in
    USD, counted from the start of a process or /clear: a sum of results, or a fall between two, means nothing.
Never read
    Texts, names of files and tools, signatures; totals of tokens in `result`, which repeat the calls.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from generator.importers.base import HEAD_BYTES, Importer
from generator.importers.claude.sdk_messages import decode_identity, first_session
from generator.importers.claude.sdk_stream import GIVES, Stream
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.rows import read_lines
from generator.importers.values import claims
from generator.records.rows import Surface

NAME = "audit.jsonl"
FOLDER = "local_"


def sniff(path: Path, head: bytes) -> bool:
    """Is any line of the head a message with Cowork's stamp? The stamp ends a line: one longer than the head lies
    in a folder of a local session.
    """
    if claims(head, lambda line: decode_identity(line).is_audited):
        return True
    cut = b"\n" not in head and b'"message"' in head
    return cut and path.name == NAME and path.parent.name.startswith(FOLDER)


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    start = stream.tell()
    head = stream.read(HEAD_BYTES)
    stream.seek(start)
    messages = Stream(COWORK_AUDIT.id, Surface.COWORK, key, audited=True, session=first_session(head))
    # A short head is the whole file. Read on from the disk and lines may have come that did not name the session.
    lines = stream if len(head) == HEAD_BYTES else BytesIO(head)
    return read_lines(lines, index, COWORK_AUDIT.id, messages.take)


COWORK_AUDIT = Importer(
    id="cowork-audit",
    title="Audit files of Cowork sessions",
    how="The Claude desktop app writes one for each local Cowork session, in its data folder below "
    "local-agent-mode-sessions, as local_<id>/audit.jsonl.",
    surface=Surface.COWORK,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="On the computer where you work with Cowork, in the data folder of the Claude desktop app, folder "
        "local-agent-mode-sessions: a folder for each organisation and account, and in it one folder local_... for "
        "each session, with audit.jsonl and, in a hidden folder .claude/projects, the transcript.",
        get=(
            "On macOS, open the Finder, choose Go to Folder and enter: ~/Library/Application Support/Claude",
            "On Windows, enter %APPDATA%\\Claude in the Explorer. If the folder is not there, look in "
            "%LOCALAPPDATA%\\Packages\\Claude_pzs8sxrjxfjjc\\LocalCache\\Roaming\\Claude.",
            "On Linux, open the folder .config/Claude in your home folder.",
            "Copy the whole folder local-agent-mode-sessions: the transcripts in it are the better record of the "
            "calls, and they are in hidden folders, which a search for files may pass over.",
        ),
        shows=(
            "Warnings of the usage limits with the share used, and refusals, which the transcript lacks.",
            "The running cost of each session as the client estimates it.",
            "Calls, prompts and compactions of a session whose transcript is gone.",
        ),
        hides=(
            "The output counts are taken while the answer streams and are far too small; input and cache counts are "
            "right.",
            "Every call is in the transcript too, and every prompt is written twice: adding them up doubles them.",
            "The cost begins anew with each process and after /clear. A fall is not a refund, a sum is not a total.",
            "A prompt that a schedule sent looks like one that you typed.",
            "Sessions in the cloud leave no file. Since about July 2026 new sessions run there: an end of local use "
            "is not an anomaly.",
        ),
        private="Your prompts, names of your files, texts of answers, and the id of your organisation in the path. "
        "None of it is kept.",
        verified=Verified.THIRD_PARTY,
        sources=(
            "https://github.com/skillsynchq/txcript/blob/main/docs/formats/cowork.md",
            "https://github.com/phuryn/claude-usage/pull/85",
            "https://github.com/farion1231/cc-switch/issues/4979",
        ),
    ),
    gives=GIVES | {"human-prompts"},
    spelling=(b'"_audit_timestamp"', b'"_audit_hmac"', b'"session_id"', b'"parent_tool_use_id"', b'"type"'),
    authority=45,
)
