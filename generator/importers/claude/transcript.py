"""One Claude Code transcript while it is read: lines in file order in, calls and marks out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from generator.importers.base import Count, SkipLineError, utc, utc_or_none
from generator.importers.claude import calls, marks
from generator.importers.claude import lines as shapes
from generator.importers.claude.naming import Names, is_vendors, with_request
from generator.importers.fold import Extract, MarkCopy, RequestCopy, merged
from generator.importers.json_lines import REFUSED, glued, is_utf8, mended
from generator.records.pseudonyms import pseudonym
from generator.records.rows import Mark, MarkKind, SkipReason, SourceRef, Surface

if TYPE_CHECKING:
    from generator.importers.claude.lines import Line, Message
    from generator.importers.claude.marks import Found

AUTOMATIC = -1  # words of a prompt that a schedule fired
RESTATED = frozenset({"agent-name", "custom-title", "last-prompt", "mode", "permission-mode"})
"""What a client writes down again of a session that it takes up; it writes some of them at other times too."""
RESTATED_TOGETHER = 3  # kinds between two lines; 448 of 453 such steps of public logs still read their cache
DROPPED_PROGRESS = frozenset({"bash_progress", "agent_progress", "mcp_progress"})
"""Progress lines that nothing hangs under; there are very many of them."""


class Node(msgspec.Struct, gc=False):
    """What is kept of a line for those that hang under it."""

    at: datetime | None = None
    words: int | None = None  # of the human prompt it is, or hangs under
    results: int | None = None  # bytes of the tool results it holds, or hangs under
    root: str = ""  # first line of its sub-agent thread, where that has no agentId
    above: str = ""  # the call whose answer it is of, or hangs under
    answer: bool = False  # is it part of an answer?
    thinking: bool = False  # does it state thinking, or hang under such a prompt?


NOWHERE = Node()
"""Of a line that hangs under none, or under one that the file lacks."""


class Transcript:
    """One file while it is read. Feed lines in file order, then take `extract`.

    Raw ids live here only and go with it; what leaves carries pseudonyms.
    """

    def __init__(self, stem: str, index: int, key: bytes, count: Count, surface: Surface = Surface.CLAUDE_CODE) -> None:
        self.stem, self.index, self.count, self.surface = stem, index, count, surface
        self.key = key
        self.threads: dict[tuple[str, str], tuple[str, str]] = {}  # raw (session, agent) to their pseudonyms
        self.direct: dict[str, calls.Call] = {}
        self.nested: dict[str, calls.Call] = {}
        self.marks: list[MarkCopy] = []
        self.events: dict[tuple[str, MarkKind], MarkCopy] = {}  # marks that several lines tell
        self.nodes: dict[str, Node] = {}  # by line id: what lines that hang under it need of it
        self.timed = False  # is the time of any of them known?
        self.blocks: dict[tuple[str, str], int] = {}  # by raw thread: blocks since the first line of its last call
        self.names = Names(self.direct)
        self.type_before = ""
        self.restated: set[str] = set()  # kinds of such lines since the last one of the conversation

    def feed(self, raw: bytes) -> None:
        """Account for one line."""
        if not raw.isascii() and not is_utf8(raw):
            self.count.skip(SkipReason.NOT_UTF8)
            return
        try:
            gave = self._line(shapes.decode(raw))
        except SkipLineError as skipped:
            self.count.skip(skipped.reason)
        except REFUSED:
            if parts := glued(raw):
                self._each(parts)
            else:
                self._second_look(mended(raw))
        else:
            if gave:
                self.count.used += 1
            else:
                self.count.other += 1

    def _each(self, parts: list[bytes]) -> None:
        """Objects that two writers put on one line."""
        for number, part in enumerate(parts):
            if number:
                self.count.next_on_line()
            self.feed(part)

    def _second_look(self, line: bytes) -> None:
        """A line that the fast decoder refused, now mended: read, or skipped for a reason."""
        try:
            self._line(shapes.decode(line))
        except SkipLineError as skipped:
            self.count.skip(skipped.reason)
        except REFUSED:
            verdict = shapes.refusal(line)
            if isinstance(verdict, SkipReason):
                self.count.skip(verdict)
            else:
                self.count.types[verdict] += 1
                self.count.other += 1
        else:
            self.count.recovered += 1

    def _line(self, line: Line) -> bool:
        """Take what the line gives: a call, a mark, or the time its children began. False for neither of the first.

        Everything is decoded before anything is stored, so that a refused line leaves no trace.
        """
        before, self.type_before = self.type_before, line.type
        match line.type:
            case "assistant":
                gave = self._assistant(line, begun=before == "queue-operation")
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
        if line.type in RESTATED:
            self.restated.add(line.type)
        elif line.uuid:
            self.restated.clear()
        self.count.types[shapes.public_type(line.type)] += 1
        return gave

    def _assistant(self, line: Line, *, begun: bool) -> bool:
        """A line of an answer. `begun`: a queued prompt stands before it, as where a new process takes up a session."""
        message = line.message
        if message is None or message.usage is None:
            self._remember(line, self._above(line))
            return False
        if message.model == marks.SYNTHETIC:
            found = marks.synthetic_line(line, message)
            new = begun and found.kind is MarkKind.NO_RESPONSE
            return self._note(line, marks.Found(MarkKind.RESUME) if new else found)
        above = self._above(line)
        name = self._name(line, above, calls.checked(message, message.usage), message.usage)
        at = utc(line.timestamp)
        self.count.usage_lines += 1
        call = self.direct.get(name)
        if call is None:
            self.direct[name] = self._opened(line, above, message, message.usage, self._place(line))
        else:
            calls.extend(call, message, message.usage, at)
        self._remember(line, above, name)
        self._count(line, 1)
        if message.context_management is not shapes.ABSENT:
            edit = marks.context_edit(message)
            if edit is not None:
                self._mark(line, edit, self._place(line), event=name)
        return True

    def _name(self, line: Line, above: Node, message_id: str, usage: shapes.Usage) -> str:
        return self.names.of(
            message_id,
            line.request_id or "",
            usage.prompt,
            goes_on=above.answer,
            prompted=above.words is not None,
            line=line.uuid or str(self.count.line),
        )

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
        if inner.request_id and not is_vendors(call_id):
            call_id = with_request(call_id, inner.request_id)
        at = utc(inner.timestamp or line.timestamp)
        call = self.nested.get(call_id)
        if call is None:
            place = calls.Place(_session(line), data.agent_id or "", at, self.count.line, sidechain=True)
            self.nested[call_id] = self._opened(line, NOWHERE, message, message.usage, place)
        else:
            calls.extend(call, message, message.usage, at)
        return True

    def _user(self, line: Line) -> bool:
        own_thread = not line.is_sidechain and not line.agent_id
        above = self._above(line)
        said = marks.user_line(line, typed=own_thread and above.words != AUTOMATIC)
        if own_thread and self._is_restart(line, above):
            said = msgspec.structs.replace(said, marks=(*said.marks, marks.Found(MarkKind.RESTART)))
        place = self._place(line) if said.marks else None
        node = self._remember(line, above)
        self._count(line, said.blocks)
        if line.thinking_metadata is not shapes.ABSENT and marks.states_thinking(line.thinking_metadata):
            node.thinking = True
        if said.words is not None:
            node.words = said.words
        elif said.result_bytes is not None:
            node.results = said.result_bytes
        elif line.is_meta:
            _inherit(node, above)
        if place is None:
            return False
        for found in {found.kind: found for found in reversed(said.marks)}.values():
            self._mark(line, found, place)
        return True

    def _is_restart(self, line: Line, above: Node) -> bool:
        """Does the line hang under one that this file lacks, or come after what a new process writes down again?"""
        lost = bool(line.parent_uuid) and self.timed and above.at is None
        return lost or len(self.restated) >= RESTATED_TOGETHER

    def _note(self, line: Line, found: Found | None, event: str | None = None) -> bool:
        """A line that stands between prompt and answer without being either: at most one mark."""
        place = None if found is None else self._place(line)
        above = self._above(line)
        node = self._remember(line, above)
        _inherit(node, above)
        if found is None or place is None:
            return False
        if found.kind is MarkKind.SCHEDULED_TASK:
            node.words = AUTOMATIC
        self._mark(line, found, place, event=event or "")
        return True

    def _count(self, line: Line, blocks: int) -> None:
        thread = (_session(line), line.agent_id or "")
        if thread in self.blocks:
            self.blocks[thread] += blocks

    def _above(self, line: Line) -> Node:
        """What is kept of the line that this one hangs under."""
        return self.nodes.get(line.parent_uuid or "", NOWHERE)

    def _remember(self, line: Line, above: Node, call: str = "") -> Node:
        """Keep of the line what those under it need. `call`: it is part of this one's answer."""
        if not line.uuid:
            return Node()
        node = self.nodes.get(line.uuid)
        if node is None:  # else a line that is written a second time
            node = self.nodes[line.uuid] = Node()
        if call:
            node.answer, node.above = True, call
        elif above.above:
            node.above = above.above
        at = utc_or_none(line.timestamp)
        if at is not None:
            node.at, self.timed = at, True
        if line.is_sidechain and not line.agent_id:
            node.root = above.root or line.uuid
        return node

    def _place(self, line: Line) -> calls.Place:
        sidechain = bool(line.is_sidechain) or self.stem.startswith("agent-")
        agent = line.agent_id or (self._unnamed_agent(line) if sidechain else "")
        return calls.Place(_session(line), agent, utc(line.timestamp), self.count.line, sidechain)

    def _unnamed_agent(self, line: Line) -> str:
        """Agent of a side thread without agentId (1.0.x): its file's name, or the first line of the thread."""
        if self.stem.startswith("agent-"):
            return self.stem.removeprefix("agent-")
        return self._above(line).root or line.uuid or "unnamed"

    def _opened(self, line: Line, above: Node, message: Message, usage: shapes.Usage, place: calls.Place) -> calls.Call:
        """The call with what its parent says; a mirrored line's parent is not the call's."""
        thread = (_session(line), line.agent_id or "")
        blocks = self.blocks.get(thread)
        if line.type != "progress":
            self.blocks[thread] = 0
        return calls.opened(
            message,
            usage,
            place,
            calls.Cause(
                parent="" if line.type == "progress" else line.parent_uuid or "",
                follows=above.above,
                started=above.at,
                words=None if above.words == AUTOMATIC else above.words,
                result_bytes=above.results,
                blocks=blocks,
                thinking=above.thinking,
            ),
            client=(line.version or "", line.entrypoint, line.effort),
            nested=line.type == "progress",
            request_id="" if line.type == "progress" else line.request_id or "",
        )

    def _mark(self, line: Line, found: Found, place: calls.Place, *, event: str = "") -> None:
        """Keep a mark. Lines that tell one `event` (hooks of one start, blocks of one answer) count once."""
        session, agent = self._thread(place)
        mark = Mark(
            kind=found.kind,
            session=session,
            agent=agent,
            at=place.at,
            trigger=found.trigger,
            value=found.value if calls.is_count(found.value) else None,
            source=SourceRef(self.index, place.number),
        )
        copy = MarkCopy(pseudonym("line", event or line.uuid or "", self.key), mark, self.stem == place.session)
        if event:
            self.events.setdefault((copy.id, mark.kind), copy)
        else:
            self.marks.append(copy)

    def _thread(self, place: calls.Place) -> tuple[str, str]:
        raw = (place.session, place.agent)
        thread = self.threads.get(raw)
        if thread is None:
            thread = (pseudonym("session", raw[0], self.key), pseudonym("agent", raw[1], self.key))
            self.threads[raw] = thread
        return thread

    def extract(self, importer: str) -> Extract:
        """Everything the file gave, with the account of its lines."""
        found: dict[str, RequestCopy] = {}
        for known in (self.direct, self.nested):
            for call_id, call in known.items():
                copy = calls.closed(
                    call_id,
                    call,
                    self._thread(call.place),
                    file=self.index,
                    stem=self.stem,
                    key=self.key,
                    surface=self.surface,
                )
                same = found.get(copy.request.id)
                found[copy.request.id] = copy if same is None else merged(same, copy)
        return Extract(
            calls=found,
            marks=[*self.marks, *self.events.values()],
            tallies={self.index: self.count.tally(self.index, importer)},
        )


def _inherit(node: Node, above: Node) -> None:
    """Pass on what a prompt, a result or thinking is to the line under it."""
    if above.words is not None:
        node.words = above.words
    if above.results is not None:
        node.results = above.results
    if above.thinking:
        node.thinking = True


def _session(line: Line) -> str:
    return line.session_id or line.session_id_sdk or ""
