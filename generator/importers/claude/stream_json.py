"""What `claude -p` prints as JSON, or a program with the Agent SDK saves: messages of a session, one a line.

Where
    Nowhere by default: a script or a CI job stores the output of `--output-format stream-json` (one message a line)
    or `--output-format json` (the `result` alone, or with --verbose a list of all messages).
Which records
    `assistant` messages are calls, several lines a call; `rate_limit_event` gives meters, `result` the running cost,
    `system` compactions and retries. Most versions write no time into a message of the model, but newer ones (2.1.138
    at the latest) write one into each message of the user, tool results included. A message without a time that the
    script added (`timestamp`, `captured_at`, `ts` or `time`) has that of the nearest message of its session before it
    that states one, or after it where none came before. Where a session has none at all, its calls are skipped with
    that reason, and so is everything else that would need one. No time is made up from the file's own date.
Units
    Tokens as the API bills them, but the output is the state while it streams, never final. In sessions with several
    turns `usage` of a `result` is that of the turn's main loop, while `total_cost_usd` and `modelUsage` are running
    totals that begin anew at /clear and in each process: a sum of results doubles, and the fall is no reset. Shares
    of meters are fractions 0-1.
Never read
    Texts, folders, tools. `usage` and `modelUsage` of a `result`, `stream_event` messages and `usage` of tool results
    repeat the calls. Who wrote a prompt is not stated, so none counts as typed by a person.
"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from generator.importers.base import LONGEST_LINE, Count, Importer
from generator.importers.claude.sdk_messages import decode_identity
from generator.importers.claude.sdk_stream import GIVES, Stream, first_times
from generator.importers.documents import objects
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.json_lines import BOM
from generator.importers.rows import RowReader, read_each
from generator.importers.values import claims
from generator.records.rows import Surface

_BEGINS = re.compile(
    rb'\{\s*"type"\s*:\s*"(?:result"\s*,\s*"subtype"\s*:\s*"(?:success|error_)|system"\s*,\s*"subtype"\s*:\s*"init")'
)
_FOREIGN = re.compile(rb'"(?:sessionId|_audit_timestamp|_audit_hmac|parentUuid)"\s*:')


def sniff(_path: Path, head: bytes) -> bool:
    """Is any line of the head such a message, or does a document begin with one?"""
    if claims(head, lambda line: decode_identity(line).is_streamed):
        return True
    start = head.removeprefix(BOM).lstrip()
    return _BEGINS.match(start.removeprefix(b"[").lstrip()) is not None and _FOREIGN.search(head) is None


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    start = stream.tell()
    head = stream.read(LONGEST_LINE)
    stream.seek(start)
    if len(head) < LONGEST_LINE:  # the whole file: what is written to it between two passes belongs to neither
        stream = BytesIO(head)
    rows = RowReader(index, STREAM_JSON.id)
    first = first_times(objects(stream, Count()))
    stream.seek(start if len(head) == LONGEST_LINE else 0)
    taken = Stream(STREAM_JSON.id, Surface.CLAUDE_CODE, key, audited=False, first=first)
    return read_each(objects(stream, rows.count), rows, taken.take)


STREAM_JSON = Importer(
    id="stream-json",
    title="Output of claude -p as JSON",
    how="Nothing keeps it by default. Let the script that calls claude -p store it, with the time: "
    "claude -p ... --output-format stream-json --verbose | jq -c '. + {timestamp: now}' >> run.jsonl",
    surface=Surface.CLAUDE_CODE,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="Where a script, a CI job or a program of your own puts it. Claude Code prints these messages when it is "
        "called with -p and an output format of json or stream-json, and the Agent SDK hands them to a program; "
        "nothing stores them by itself.",
        get=(
            "Look for files that your automation wrote: logs or artifacts of CI runs, or the folder of the script.",
            "From now on, add the time to each message, since versions write it into few of them or none: claude -p "
            "... --output-format stream-json --verbose | jq -c '. + {timestamp: now}' >> run.jsonl",
            "Keep the transcripts too: the same runs are in ~/.claude/projects of that computer, with final counts, "
            "unless they were told not to.",
        ),
        shows=(
            "Calls of automated runs on computers whose transcripts are gone: input and cache counts, lifetime of what "
            "was cached, model, and which sub-agent.",
            "Warnings of the usage limits with the share used, refusals and retries.",
            "The running cost as the client estimates it.",
        ),
        hides=(
            "Messages of the model carry no time of their own, so a call has that of the message before it in its "
            "session: its place is right, its moment is early by as long as the answer took. Clients before about "
            "2.1.138 write no time at all: without one that your script added, rows are counted as having none.",
            "The output counts are taken while the answer streams and are too small.",
            "The result repeats the calls: adding it to them doubles them. Its cost is a running total, so a sum of "
            "results is too large, and it begins anew at /clear: that fall is not a refund.",
            "Who wrote a prompt, a person or a program, is not stated.",
        ),
        private="Prompts, answers, code and folders. None of it is kept.",
        verified=Verified.REAL_FILES,
        tried="18 files of marquex/trackgentic at 4ee592e, clients 2.1.138 and 2.1.143, 332 calls: "
        "sums of tokens equal an independent count.",
        sources=(
            "https://code.claude.com/docs/en/headless",
            "https://code.claude.com/docs/en/agent-sdk/typescript",
            "https://code.claude.com/docs/en/agent-sdk/cost-tracking",
            "https://github.com/anthropics/claude-code/issues/41185",
        ),
    ),
    gives=GIVES,
    spelling=(b'"session_id"', b'"parent_tool_use_id"', b'"subtype"', b'"total_cost_usd"', b'"num_turns"'),
    authority=45,
)
