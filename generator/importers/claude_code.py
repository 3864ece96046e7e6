"""Claude Code transcripts, clients 1.0.x to 2.1.22x.

Where
    `projects/<folder>/<session>.jsonl` below `~/.claude` (or `$CLAUDE_CONFIG_DIR`), with sub-agents in
    `<session>/subagents/agent-*.jsonl` (2.1.2 on) or in `agent-*.jsonl` beside it (before).
Which records
    `assistant` lines with `message.usage`; several lines carry one answer, one a content block, and one answer
    is one `message.id`. `agent_progress` lines mirror a sub-agent's calls and count only where nothing else does.
    `<synthetic>` lines were written by the client: they become marks. What happens between calls (prompts,
    compactions, commands, retries, ...) becomes marks as well, each line's id once.
Units
    Tokens as the API bills them: `input_tokens` holds neither cache reads nor cache writes. `output_tokens` is a
    streaming placeholder before 2.1.97. Times are write times of lines, UTC.
Never read
    Texts, paths, branches, tool inputs and results. Prompts are split into words to be counted; tool results are
    looked into for image blocks only. `toolUseResult.usage` repeats a sub-agent's last call, and
    `usage.iterations` (compaction, advisor) lies outside the billed call: neither is read.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from generator.importers import claude_calls as calls
from generator.importers import claude_lines as shapes
from generator.importers import claude_marks as marks
from generator.importers.base import Count, Importer, SkipLineError, lines
from generator.importers.fold import CallCopy, Extract, MarkCopy, merged
from generator.privacy import pseudonym
from generator.records import Mark, MarkKind, SkipReason, SourceRef, Surface

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from generator.importers.claude_lines import Line, Message
    from generator.importers.claude_marks import Found

AUTOMATIC = -1  # words of a prompt that a schedule fired
DROPPED_PROGRESS = frozenset({"bash_progress", "agent_progress", "mcp_progress"})
"""Progress lines that nothing hangs under; there are very many of them."""


REPEATED_IDS = frozenset({"session", "agent"})
"""Kinds of ids that stand on every line of a file."""


def _namer(key: bytes) -> Callable[[str, str], str]:
    """`pseudonym` with the key put in, remembering the few ids that repeat."""
    remembered = lru_cache(maxsize=512)(partial(pseudonym, key=key))
    once = partial(pseudonym, key=key)
    return lambda kind, raw: (remembered if kind in REPEATED_IDS else once)(kind, raw)


class Transcript:
    """One file while it is read. Feed lines in file order, then take `extract`.

    Raw ids live here only and go with it; what leaves carries pseudonyms.
    """

    def __init__(self, stem: str, index: int, key: bytes, count: Count) -> None:
        self.stem, self.index, self.count = stem, index, count
        self.name: Callable[[str, str], str] = _namer(key)
        self.direct: dict[str, calls.Call] = {}
        self.nested: dict[str, calls.Call] = {}
        self.marks: list[MarkCopy] = []
        self.events: dict[tuple[str, MarkKind], MarkCopy] = {}  # marks that several lines tell
        self.times: dict[str, datetime] = {}  # by line id: when a possible parent was written
        self.words: dict[str, int] = {}  # by line id: the human prompt it is, or hangs under
        self.roots: dict[str, str] = {}  # by line id: first line of a sub-agent thread that has no agentId

    def feed(self, raw: bytes) -> None:
        """Account for one line."""
        if not raw.isascii() and not shapes.is_utf8(raw):
            self.count.skip(SkipReason.NOT_UTF8)
            return
        try:
            gave = self._line(shapes.decode(raw))
        except SkipLineError as skipped:
            self.count.skip(skipped.reason)
        except shapes.REFUSED:
            self._second_look(shapes.mended(raw))
        else:
            if gave:
                self.count.used += 1
            else:
                self.count.other += 1

    def _second_look(self, mended: bytes) -> None:
        """A line that the fast decoder refused: mended and read, or skipped for a reason."""
        try:
            self._line(shapes.decode(mended))
        except SkipLineError as skipped:
            self.count.skip(skipped.reason)
        except shapes.REFUSED:
            verdict = shapes.refusal(mended)
            if isinstance(verdict, SkipReason):
                self.count.skip(verdict)
            else:
                self.count.saw(verdict)
                self.count.other += 1
        else:
            self.count.recovered += 1

    def _line(self, line: Line) -> bool:
        """Take what the line gives: a call, a mark, or the time its children began. False for neither of the first.

        Everything is decoded before anything is stored, so that a refused line leaves no trace.
        """
        match line.type:
            case "assistant":
                gave = self._assistant(line)
            case "progress":
                gave = self._progress(line)
            case "user":
                gave = self._user(line)
            case "system":
                gave = self._note(line, marks.system_line(line))
            case "attachment" if line.attachment is not None:
                gave = self._note(line, marks.attachment_line(line.attachment), line.attachment.tool_use_id)
            case _:
                gave = False
        self.count.saw(shapes.public_type(line.type))
        return gave

    def _assistant(self, line: Line) -> bool:
        message = line.message
        if message is None or message.usage is None:
            self._remember(line)
            return False
        if message.model == marks.SYNTHETIC:
            return self._note(line, marks.synthetic_line(line, message))
        call_id = calls.checked(message, message.usage)
        at = calls.utc(line.timestamp)
        self._remember(line)
        self.count.usage_lines += 1
        call = self.direct.get(call_id)
        if call is None:
            self.direct[call_id] = self._opened(line, message, self._place(line))
        else:
            calls.extend(call, message, at)
        edit = marks.context_edit(message)
        if edit is not None:
            self._mark(line, edit, self._place(line), event=call_id)
        return True

    def _progress(self, line: Line) -> bool:
        data = line.data
        if data is None:
            return False
        if data.type == "agent_progress":
            return self._mirrored(line, data)
        if data.type in DROPPED_PROGRESS:
            return False
        return self._note(line, marks.hook(data.hook_name), line.tool_use_id)

    def _mirrored(self, line: Line, data: shapes.Data) -> bool:
        """A sub-agent's line inside its parent's transcript."""
        inner = shapes.decode_nested(data.message)
        message = inner.message if inner and inner.type == "assistant" else None
        if inner is None or message is None or message.usage is None or message.model == marks.SYNTHETIC:
            return False
        call_id = calls.checked(message, message.usage)
        at = calls.utc(inner.timestamp or line.timestamp)
        call = self.nested.get(call_id)
        if call is None:
            place = calls.Place(_session(line), data.agent_id or "", at, self.count.read, sidechain=True)
            self.nested[call_id] = self._opened(line, message, place)
        else:
            calls.extend(call, message, at)
        return True

    def _user(self, line: Line) -> bool:
        parent = line.parent_uuid or ""
        own_thread = not line.is_sidechain and not line.agent_id
        said = marks.user_line(line, typed=own_thread and self.words.get(parent) != AUTOMATIC)
        place = self._place(line) if said.marks else None
        self._remember(line)
        if line.uuid and said.words is not None:
            self.words[line.uuid] = said.words
        elif line.is_meta:
            self._inherit(line)
        if place is None:
            return False
        for found in {found.kind: found for found in reversed(said.marks)}.values():
            self._mark(line, found, place)
        return True

    def _note(self, line: Line, found: Found | None, event: str | None = None) -> bool:
        """A line that stands between prompt and answer without being either: at most one mark."""
        place = self._place(line) if found else None
        self._remember(line)
        self._inherit(line)
        if found is None or place is None:
            return False
        if found.kind is MarkKind.SCHEDULED_TASK and line.uuid:
            self.words[line.uuid] = AUTOMATIC
        self._mark(line, found, place, event=event or "")
        return True

    def _remember(self, line: Line) -> None:
        if not line.uuid:
            return
        if line.timestamp is not None:
            with suppress(SkipLineError):
                self.times[line.uuid] = calls.utc(line.timestamp)
        if line.is_sidechain and not line.agent_id:
            self.roots[line.uuid] = self.roots.get(line.parent_uuid or "", line.uuid)

    def _inherit(self, line: Line) -> None:
        words = self.words.get(line.parent_uuid or "")
        if words is not None and line.uuid:
            self.words[line.uuid] = words

    def _place(self, line: Line) -> calls.Place:
        sidechain = bool(line.is_sidechain) or self.stem.startswith("agent-")
        agent = line.agent_id or (self._unnamed_agent(line) if sidechain else "")
        return calls.Place(_session(line), agent, calls.utc(line.timestamp), self.count.read, sidechain)

    def _unnamed_agent(self, line: Line) -> str:
        """Agent of a side thread without agentId (1.0.x): its file's name, or the first line of the thread."""
        if self.stem.startswith("agent-"):
            return self.stem.removeprefix("agent-")
        return self.roots.get(line.parent_uuid or "") or line.uuid or "unnamed"

    def _opened(self, line: Line, message: Message, place: calls.Place) -> calls.Call:
        """The call with its parent's time and words; a mirrored line's parent is not the call's."""
        parent = "" if line.type == "progress" else line.parent_uuid or ""
        words = self.words.get(parent)
        return calls.opened(
            message,
            place,
            parent=parent,
            started=self.times.get(parent),
            words=None if words == AUTOMATIC else words,
            client=(line.version or "", line.entrypoint, line.effort),
            nested=line.type == "progress",
        )

    def _mark(self, line: Line, found: Found, place: calls.Place, *, event: str = "") -> None:
        """Keep a mark. Lines that tell one `event` (hooks of one start, blocks of one answer) count once."""
        mark = Mark(
            kind=found.kind,
            session=self.name("session", place.session),
            agent=self.name("agent", place.agent),
            at=place.at,
            trigger=found.trigger,
            value=found.value if calls.is_count(found.value) else None,
            source=SourceRef(self.index, place.number),
        )
        copy = MarkCopy(self.name("line", event or line.uuid or ""), mark, self.stem == place.session)
        if event:
            self.events.setdefault((copy.id, mark.kind), copy)
        else:
            self.marks.append(copy)

    def extract(self) -> Extract:
        """Everything the file gave, with the account of its lines."""
        found: dict[str, CallCopy] = {}
        for known in (self.direct, self.nested):
            for call_id, call in known.items():
                copy = calls.closed(call_id, call, file=self.index, stem=self.stem, name=self.name)
                same = found.get(copy.request.id)
                found[copy.request.id] = copy if same is None else merged(same, copy)
        return Extract(
            calls=found,
            marks=[*self.marks, *self.events.values()],
            tallies={self.index: self.count.tally(self.index, CLAUDE_CODE.id)},
        )


def _session(line: Line) -> str:
    return line.session_id or line.session_id_sdk or ""


def sniff(_path: Path, head: bytes) -> bool:
    """Does any line of the head look like a transcript line? An empty file is one that nothing was written to yet."""
    head = head.removeprefix(shapes.BOM)
    return not head.strip() or any(_is_transcript_line(line) for line in head.split(b"\n"))


def _is_transcript_line(line: bytes) -> bool:
    try:
        identity = shapes.decode_identity(line)
    except shapes.REFUSED:
        # Longer than the head, half written, or damaged: the envelope's own spelling is telling enough.
        return b'"parentUuid"' in line and b'"sessionId"' in line and b'"isSidechain"' in line
    if identity.type not in shapes.KNOWN_TYPES:
        return False
    return bool(identity.session_id or identity.leaf_uuid or identity.message_id)


def read_stream(stream: BinaryIO, stem: str, index: int, key: bytes) -> Extract:
    """Read one open transcript; `stem` is its file name without suffix."""
    count = Count()
    transcript = Transcript(stem, index, key, count)
    for raw in lines(stream, count):
        transcript.feed(raw)
    return transcript.extract()


def parse(path: Path, index: int, key: bytes) -> Extract:
    """Read one transcript file, the `index`-th of its evidence."""
    with path.open("rb") as stream:
        return read_stream(stream, path.stem, index, key)


CLAUDE_CODE = Importer(
    id="claude-code",
    title="Claude Code transcripts",
    surface=Surface.CLAUDE_CODE,
    sniff=sniff,
    parse=parse,
)
