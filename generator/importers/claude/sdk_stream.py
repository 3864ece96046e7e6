"""One stream of Agent SDK messages while it is read: what Cowork audits, and what `claude -p` prints.

A message carries its thread (session and the tool use that began a sub-agent) but no parent, so the user message that
came before in the same thread is taken for it. Usage of a message is the state while it streams, on all of its
lines: its output is never final (Claude Code docs, Agent SDK, cost tracking). Totals in `result` are running ones.

Most versions write a time into messages of the user only. A message without one has that of the nearest message of its
session before it, and of the nearest one after it where none came before. Of the two neighbours the earlier is taken,
because an answer that seems to end early makes the pause after it look longer, and a long pause is an innocent reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from generator.importers.base import SkipLineError
from generator.importers.claude import calls, marks
from generator.importers.claude import sdk_messages as shapes
from generator.importers.claude.lines import Usage
from generator.importers.claude.naming import is_vendors, with_request
from generator.importers.fold import MarkCopy, RequestCopy
from generator.importers.json_lines import REFUSED, glued, mended
from generator.importers.rows import RowResult
from generator.importers.values import Stamped, amount, captured, is_stated
from generator.records.pseudonyms import known_version, pseudonym
from generator.records.rows import Counter, CounterReading, Mark, MarkKind, SkipReason, SourceRef, Surface

Thread = tuple[str, str]  # raw session and agent
GIVES = frozenset(
    {
        "client-versions",
        "counters",
        "lifetime-split",
        "marks",
        "meter",
        "refusals",
        "threads",
        "token-counts",
        "tool-results",
        "tool-uses",
    }
)
"""Ids of what detectors need that any such stream can meet; who wrote a prompt is stated only where it is audited."""
ONE_REFUSAL = timedelta(seconds=10)  # the event and the client's own line in the model's place tell one refusal


class Heard(NamedTuple):
    """The user message that stands last in a thread."""

    at: datetime | None = None
    words: int | None = None
    result_bytes: int | None = None


class Stream:
    """Messages of one file, in its order. `take` is given to `rows`; raw ids live here only.

    `audited`: the host wrote the stream down and a person typed its prompts. Its own copy of a prompt carries the
    host's session id; the client's id, which transcripts use, is that of the message before (`session` at the start).
    `first`: by session, the first time that is stated in the file, as `first_times` gives it.
    """

    def __init__(
        self,
        format_id: str,
        surface: Surface,
        key: bytes,
        *,
        audited: bool,
        session: str = "",
        first: Mapping[str, datetime] | None = None,
    ) -> None:
        self.format, self.surface, self.key, self.audited = format_id, surface, key, audited
        self.session = session
        self.near = dict(first or {})  # by session: time of the nearest message before that states one, or after
        self.versions: dict[str, str] = {}  # by session
        self.heard: dict[Thread, Heard] = {}
        self.calls: dict[str, calls.Call] = {}
        self.refused: dict[str, datetime] = {}  # by session
        self.relayed: dict[str, tuple[str, Heard]] = {}  # by message id: the call it last named, and what was heard

    def take(self, raw: bytes, source: SourceRef) -> RowResult:
        """What one message gives. Everything is decoded before anything is stored: a refused one leaves no trace."""
        line = shapes.decode(raw)
        stated = _stated_or_none(line)
        if stated is not None:
            self.near[line.session_id or ""] = stated
        match line.type:
            case "assistant":
                found = self._assistant(line, source)
            case "user":
                found = self._user(line, source)
            case "system":
                found = self._system(line, source)
            case "result":
                found = self._result(line, source)
            case "rate_limit_event":
                found = self._limits(line, source)
            case _:
                return RowResult(shapes.public_type(line.type))
        if line.type != "user" and line.session_id:
            self.session = line.session_id
        return found._replace(type=shapes.public_type(line.type))

    def _assistant(self, line: shapes.SdkLine, source: SourceRef) -> RowResult:
        message = shapes.decode_message(line.message)
        if message is None or message.usage is None:
            return RowResult("")
        if message.model == marks.SYNTHETIC:
            mark = marks.synthetic_line(shapes.as_transcript_line(line, message), message)
            return RowResult("", marks=self._marked(line, mark, source))
        at, thread = self._at(line), self._thread(line)
        request_id = shapes.decode_text(line.request_id) or shapes.decode_text(line.request_id_camel) or ""
        call_id = self._name(calls.checked(message, message.usage), message.usage, thread, request_id, source.line)
        call = self.calls.get(call_id)
        if call is None:
            before = self.heard.get(thread, Heard())
            call = self.calls[call_id] = calls.opened(
                message,
                message.usage,
                calls.Place(*thread, at, source.line, sidechain=bool(thread[1])),
                calls.Cause(started=before.at, words=before.words, result_bytes=before.result_bytes),
                client=(self.versions.get(thread[0], ""), None, None),
                nested=False,
                request_id=request_id,
            )
        else:
            calls.extend(call, message, message.usage, at)
        return RowResult("", calls=(self._copy(call_id, call, source),))

    def _name(self, message_id: str, usage: Usage, thread: Thread, request_id: str, number: int) -> str:
        """Name of the call: an id that is none of the vendor's may be that of many answers."""
        if is_vendors(message_id):
            return message_id
        if request_id:
            return with_request(message_id, request_id)
        name, heard = self.relayed.get(message_id, (message_id, Heard()))
        known, now = self.calls.get(name), self.heard.get(thread, Heard())
        if known is not None and heard != now and (now.words is not None or known.usage.prompt != usage.prompt):
            name = with_request(message_id, str(number))
        self.relayed[message_id] = (name, now)
        return name

    def _copy(self, call_id: str, call: calls.Call, source: SourceRef) -> RequestCopy:
        """The call as told so far; copies of its lines are folded by its id."""
        thread = (
            pseudonym("session", call.place.session, self.key),
            pseudonym("agent", call.place.agent, self.key),
        )
        copy = calls.closed(call_id, call, thread, file=source.file, stem="", key=self.key, surface=self.surface)
        request = msgspec.structs.replace(copy.request, output_reliable=False, first_output_tokens=None, lines=1)
        return msgspec.structs.replace(copy, request=request, named=False, format=self.format)

    def _user(self, line: shapes.SdkLine, source: SourceRef) -> RowResult:
        message = shapes.decode_message(line.message)
        thread = self._thread(line)
        echo = bool(line.is_replay) and not line.uuid  # else the id tells that a prompt was written before
        typed = self.audited and not thread[1] and not echo
        said = marks.user_line(shapes.as_transcript_line(line, message), typed=typed)
        found = tuple(mark for kept in said.marks for mark in self._marked(line, kept, source))
        if not line.is_meta and not line.is_synthetic and not echo:
            self.heard[thread] = Heard(self._at_or_none(line), said.words, said.result_bytes)
        return RowResult("", marks=found)

    def _system(self, line: shapes.SdkLine, source: SourceRef) -> RowResult:
        if line.subtype == "init":
            version = known_version(shapes.decode_text(line.version) or "")
            self.versions[line.session_id or ""] = version
            return RowResult("")
        if line.subtype == "api_retry":
            retry = marks.Found(MarkKind.RETRY, shapes.decode_number(line.attempt))
            return RowResult("", marks=self._marked(line, retry, source))
        mark = marks.system_line(shapes.as_transcript_line(line))
        return RowResult("") if mark is None else RowResult("", marks=self._marked(line, mark, source))

    def _result(self, line: shapes.SdkLine, source: SourceRef) -> RowResult:
        """The running total of the cost. Its token counts are sums of calls that stand in the stream themselves."""
        cost = shapes.decode_amount(line.total_cost_usd)
        if cost is None or not line.session_id:
            return RowResult("")
        reading = CounterReading(
            session=pseudonym("session", line.session_id, self.key),
            counter=Counter.COST,
            at=self._at(line),
            value=amount(cost),
            version=self.versions.get(line.session_id, ""),
            source=source,
        )
        return RowResult("", counters=(reading,))

    def _limits(self, line: shapes.SdkLine, source: SourceRef) -> RowResult:
        info = shapes.decode_limits(line.rate_limit_info)
        at = self._at_or_none(line)
        if info is None or (at is None and not info.refuses and info.utilization is None):
            return RowResult("")
        at = at or self._at(line)
        readings = tuple(shapes.meters(info, at, source, self.key))
        refusal = self._marked(line, marks.Found(MarkKind.LIMIT_REFUSAL), source) if info.refuses else ()
        return RowResult("", meters=readings, marks=refusal, unknown_windows=shapes.unknown_windows(info))

    def _marked(self, line: shapes.SdkLine, found: marks.Found, source: SourceRef) -> tuple[MarkCopy, ...]:
        """The mark at its place; nothing for a refusal that was told already."""
        session, agent = self._thread(line)
        at = self._at(line)
        if found.kind is MarkKind.LIMIT_REFUSAL:
            told = self.refused.get(session)
            self.refused[session] = at
            if told is not None and abs(at - told) <= ONE_REFUSAL:
                return ()
        mark = Mark(
            kind=found.kind,
            session=pseudonym("session", session, self.key),
            agent=pseudonym("agent", agent, self.key),
            at=at,
            trigger=found.trigger,
            value=found.value if calls.is_count(found.value) else None,
            source=source,
        )
        return (MarkCopy(pseudonym("line", line.uuid or "", self.key), mark, named=False, format=self.format),)

    def _thread(self, line: shapes.SdkLine) -> Thread:
        own = line.session_id or ""
        hosted = self.audited and line.type == "user"
        return ((self.session or own) if hosted else own, line.parent_tool_use_id or "")

    def _at(self, line: shapes.SdkLine) -> datetime:
        """When the message was written down, or the time of its neighbour. Raises SkipLineError where there is none."""
        try:
            return _stated(line)
        except SkipLineError as skipped:
            near = self.near.get(line.session_id or "")
            if near is None or skipped.reason is not SkipReason.NO_TIME:
                raise
            return near

    def _at_or_none(self, line: shapes.SdkLine) -> datetime | None:
        try:
            return self._at(line)
        except SkipLineError:
            return None


def _stated(line: shapes.SdkLine) -> datetime:
    """The time of a message: Cowork's own clock first. Raises SkipLineError, and what the decoder raises."""
    return captured(Stamped(timestamp=line.audited)) if is_stated(line.audited) else captured(line)


def _stated_or_none(line: shapes.SdkLine) -> datetime | None:
    try:
        return _stated(line)
    except (SkipLineError, *REFUSED):
        return None


def first_times(messages: Iterable[bytes]) -> dict[str, datetime]:
    """By session, the first time that any of its messages states."""
    found: dict[str, datetime] = {}
    for raw in messages:
        for part in glued(raw) or (raw,):
            try:
                line = shapes.decode(mended(part))
            except REFUSED:
                continue
            at = _stated_or_none(line)
            if at is not None:
                found.setdefault(line.session_id or "", at)
    return found
