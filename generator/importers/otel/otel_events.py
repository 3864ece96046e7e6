"""Events that Claude Code and Cowork send over OpenTelemetry, kept by a collector's file exporter.

Where
    A file that a collector of the user or of the organisation writes: a line each batch, `resourceLogs` (OTLP/JSON).
Which records
    `api_request` is a call; its id is `request_id`, else session, sequence and time. `api_error` is the failure of a
    call after all its attempts, and `api_retries_exhausted`, which stands beside it, says only how many there were.
    `compaction` that succeeded, and `user_prompt`, are marks. The other events are counted by their public name.
    Batches that an exporter sent twice are recognised by these ids. Calls of a title or a classifier are here and in no
    transcript; `subagent_completed.total_tokens` repeats a call and is not read.
Units
    Tokens as the API bills them: `input_tokens` holds no cached ones. Time is the end of the answer, `duration_ms` is
    taken off for its start. `output_tokens` is final, but before client 2.1.214 it could be counted twice.
Never read
    Prompts, answers, bodies, tool inputs, error texts, names of people, skills, plugins and agents. Costs: the client
    estimates them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Raw, Struct

from generator.importers.base import Importer, SkipLineError
from generator.importers.claude import marks
from generator.importers.claude.calls import EFFORTS
from generator.importers.fold import Extract, MarkCopy, RequestCopy
from generator.importers.guide import Guide, Verified
from generator.importers.otel.otlp import (
    COWORK,
    LOGS,
    PREFIXES,
    Entry,
    KeyValue,
    attributes,
    holds,
    moment,
    plain_name,
    read_entries,
    shown,
    threaded,
    whole,
)
from generator.importers.rows import UNKNOWN, RowResult
from generator.importers.values import ABSENT, iso_time
from generator.records.models import public_model
from generator.records.pseudonyms import SEPARATOR, known_version, pseudonym
from generator.records.rows import (
    Entrypoint,
    Mark,
    MarkKind,
    Pseudonym,
    Request,
    SkipReason,
    SourceRef,
    Speed,
    Surface,
    Trigger,
)

COUNTED_ONCE_SINCE = (2, 1, 214)  # "token telemetry double counted on multiple message_delta frames" (changelog)
LONGEST_CALL = timedelta(days=1)
TOO_MANY_REQUESTS = 429
TRIGGERS = {"auto": Trigger.AUTO, "manual": Trigger.MANUAL}
SPEEDS = {"fast": Speed.FAST, "normal": Speed.STANDARD, "standard": Speed.STANDARD}
ENTRYPOINTS = {str(entrypoint): entrypoint for entrypoint in Entrypoint}
EVENTS = frozenset({
    "api_error", "api_refusal", "api_request", "api_request_body", "api_response_body", "api_retries_exhausted",
    "assistant_response", "at_mention", "auth", "compaction", "feedback_survey", "hook_execution_complete",
    "hook_execution_start", "hook_plugin_metrics", "hook_registered", "internal_error", "mcp_server_connection",
    "permission_mode_changed", "plugin_installed", "plugin_loaded", "retention_sweep", "skill_activated",
    "subagent_completed", "tool_decision", "tool_result", "user_prompt",
})  # fmt: skip
"""Public names of events (Claude Code docs, monitoring); any other name counts as "unknown"."""


class Record(Struct, gc=False, frozen=True, rename="camel"):
    """One log record. The body is its qualified name, unless a client wrote something else there."""

    time_unix_nano: int | str | None = None
    observed_time_unix_nano: int | str | None = None
    event_name: str | None = None
    body: Raw = ABSENT
    attributes: list[KeyValue] | None = None


_decode = msgspec.json.Decoder(Record).decode


class Event:
    """One event of one of the clients: who, when, and its attributes."""

    def __init__(self, entry: Entry, record: Record, key: bytes) -> None:
        self.given: Mapping[str, Raw] = attributes(record.attributes)
        self.key = key
        self.surface = entry.surface
        names = (shown(self.given, "event.name"), record.event_name or "", shown({"body": record.body}, "body"))
        self.qualified = any(name.startswith(PREFIXES) for name in names)
        self.name = next((bare for name in names if (bare := plain_name(name)) in EVENTS), "")
        self.session = shown(self.given, "session.id") or shown(entry.resource, "session.id")
        app = shown(self.given, "app.version") or shown(entry.resource, "app.version")
        own = "" if entry.service == COWORK else shown(entry.resource, "service.version")  # else the desktop app's
        self.version = known_version(app or own)
        self.stamps = (record.time_unix_nano, record.observed_time_unix_nano)

    @property
    def at(self) -> datetime:
        """When it happened. Raises SkipLineError."""
        stated, observed = map(moment, self.stamps)
        if stated is not None:
            return stated
        text = shown(self.given, "event.timestamp")
        if text:
            return iso_time(text)
        if observed is None:
            raise SkipLineError(SkipReason.NO_TIME)
        return observed

    def own_id(self) -> str:
        """What recognises it in a batch that was sent twice. The sequence begins anew with each process."""
        sequence = shown(self.given, "event.sequence")
        client = shown(self.given, "client_request_id")
        if not (self.session or sequence or client):
            return ""
        return SEPARATOR.join((OTEL_EVENTS.id, self.session, sequence, client, self.at.isoformat()))

    def mark(self, source: SourceRef, found: marks.Found) -> MarkCopy:
        """The event as a mark at its place."""
        mark = Mark(
            kind=found.kind,
            session=pseudonym("session", threaded(self.session, shown(self.given, "query_source")), self.key),
            at=self.at,
            trigger=found.trigger,
            value=found.value,
            source=source,
        )
        return MarkCopy(pseudonym("line", self.own_id(), self.key), mark, named=False, format=OTEL_EVENTS.id)


def sniff(_path: Path, head: bytes) -> bool:
    """Does the head hold log records of one of the clients?"""
    return holds(head, LOGS)


def public_name(name: str) -> str:
    """The name of an event as the tally counts it."""
    return name.replace("_", "-") or UNKNOWN


def take(raw: bytes, source: SourceRef, *, entry: Entry, key: bytes) -> RowResult:
    """What one log record gives."""
    if entry.metric:
        return RowResult("metrics")  # of a collector that writes both signals into one file
    event = Event(entry, _decode(raw), key)
    if not event.name or not (entry.is_ours or event.qualified):
        return RowResult(UNKNOWN)
    if event.name == "api_request":
        return RowResult(public_name(event.name), calls=(_call(event, source),))
    mark = _mark(event)
    return RowResult(public_name(event.name), marks=(event.mark(source, mark),) if mark else ())


def _mark(event: Event) -> marks.Found | None:
    """What happened between calls, None for an event that says nothing of it."""
    given = event.given
    match event.name:
        case "api_error":
            status = whole(given, "status_code")
            return marks.Found(MarkKind.LIMIT_REFUSAL if status == TOO_MANY_REQUESTS else MarkKind.API_ERROR, status)
        case "api_retries_exhausted":
            attempts = whole(given, "total_attempts")
            return marks.Found(MarkKind.RETRY, max(attempts - 1, 0) if attempts is not None else None)
        case "compaction" if shown(given, "success") != "false":
            trigger = TRIGGERS.get(shown(given, "trigger"), Trigger.NONE)
            return marks.Found(MarkKind.COMPACTION, whole(given, "pre_tokens"), trigger)
        case "user_prompt":
            return _prompt(shown(given, "command_name"))
        case _:
            return None


def _prompt(command: str) -> marks.Found:
    """A prompt, or the slash command that it is. Its length is in characters, and a mark counts words: no value."""
    if not command:
        return marks.Found(MarkKind.PROMPT)
    own = Trigger.OTHER if command in marks.BUILT_IN else Trigger.CUSTOM
    return marks.Found(MarkKind.COMMAND, None, marks.COMMANDS.get(command, own))


def _call(event: Event, source: SourceRef) -> RequestCopy:
    given, key, at = event.given, event.key, event.at
    request_id = shown(given, "request_id")
    own_id = event.own_id()
    if not (request_id or own_id):
        raise SkipLineError(SkipReason.NO_ID)
    uncached, output = whole(given, "input_tokens"), whole(given, "output_tokens")
    if uncached is None or output is None:
        raise SkipLineError(SkipReason.BAD_FIELD)
    duration = timedelta(milliseconds=whole(given, "duration_ms") or 0)
    effort = shown(given, "effort")
    entrypoint = shown(given, "app.entrypoint")
    named: Pseudonym = pseudonym("request", request_id, key)
    request = Request(
        id=named or pseudonym("call", own_id, key),
        session=pseudonym("session", threaded(event.session, shown(given, "query_source")), key),
        surface=event.surface,
        version=event.version,
        entrypoint=ENTRYPOINTS.get(entrypoint, Entrypoint.OTHER) if entrypoint else None,
        model=public_model(shown(given, "model")),
        started=at - duration if timedelta() < duration <= LONGEST_CALL else None,
        first_seen=at,
        ended=at,
        input_tokens=uncached,
        cache_read_tokens=whole(given, "cache_read_tokens") or 0,
        cache_write_tokens=whole(given, "cache_creation_tokens") or 0,
        output_tokens=output,
        output_reliable=_counted_once(event.version),
        speed=SPEEDS.get(shown(given, "speed")),
        effort=(effort if effort in EFFORTS else "other") if effort else None,
        source=source,
    )
    return RequestCopy(
        request, sidechain=False, named=False, began=at, format=OTEL_EVENTS.id, message=False, request_id=named
    )


def _counted_once(version: str) -> bool:
    return bool(version) and tuple(map(int, version.split("."))) >= COUNTED_ONCE_SINCE


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_entries(stream, index, key, importer=OTEL_EVENTS.id, signal=LOGS, take=take)


OTEL_EVENTS = Importer(
    id="otel-events",
    title="OpenTelemetry events",
    how="Turn on the telemetry of Claude Code (or of Cowork, as an administrator), send its logs to an OpenTelemetry "
    "collector of your own, and let its file exporter write them as JSON.",
    surface=Surface.CLAUDE_CODE,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="In the file that the exporter named file of your OpenTelemetry collector writes. In a company, ask "
        "those who run the monitoring: the collector may have kept such files for months, when transcripts are gone.",
        get=(
            "Install the OpenTelemetry collector and give it a receiver otlp and an exporter file with a path, in a "
            "pipeline for logs. Use another file for metrics.",
            "Before you start Claude Code set CLAUDE_CODE_ENABLE_TELEMETRY=1, OTEL_LOGS_EXPORTER=otlp, "
            "OTEL_EXPORTER_OTLP_PROTOCOL=grpc and OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317, in the shell or "
            "under env in the file settings.json of the folder .claude in your home folder.",
            "For Cowork, on Team and Enterprise plans: Admin settings, Cowork, and enter the address of the collector. "
            "It holds for sessions that start afterwards.",
            "Leave OTEL_LOG_USER_PROMPTS and OTEL_LOG_RAW_API_BODIES unset: nothing of what they add is needed here.",
            "Files that were compressed (zstd) have to be unpacked first.",
        ),
        shows=(
            "Every call with its four token counts, model, client version, time and duration, also calls that no "
            "transcript has: titles, permission checks, the summary of a compaction.",
            "Errors and refusals that stayed after all attempts, compactions, and when a prompt was sent.",
        ),
        hides=(
            "What the client sent before telemetry was on, and before client 2.1.161 what it sent while it started.",
            "Which sub-agent a call was of: only its kind is named. Such calls are counted, but not put in a thread. "
            "Clients that name no source at all mix them with the main thread, where they look like a broken cache.",
            "The lifetime of what was cached, what was in the prompt, and which attempts failed before the last.",
            "Before client 2.1.214 a call could count its tokens twice. A transcript that states final counts goes "
            "before it.",
            "Metrics tell the same calls again: adding them doubles the total. So do batches that were sent twice.",
        ),
        private="E-mail addresses, ids of account and organisation, and, if switched on, prompts, commands and "
        "answers. Cowork may send prompts by default. None of it is kept.",
        verified=Verified.DOCUMENTED,
        sources=(
            "https://code.claude.com/docs/en/monitoring-usage",
            "https://claude.com/docs/cowork/monitoring",
            "https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/",
            "https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/exporter/fileexporter",
        ),
    ),
    gives=frozenset({"client-versions", "marks", "refusals", "threads", "token-counts"}),
    spelling=(b'"resourceLogs"', b'"scopeLogs"', b'"logRecords"', b'"timeUnixNano"', b"claude_code."),
    authority=35,
)
